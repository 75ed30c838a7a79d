"""What the routes of question sets share: who may call, what they read, what they show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from flask import Response, request

from answers.question_sets.case_of_log import Asked
from answers.question_sets.question_set import NAME, Case
from answers.question_sets.stored_set import case_json
from flowhook.errors import InvalidInput
from flowhook.http.answers import json_answer
from flowhook.http.body import check_media_type
from flowhook.http.body_size import MAX_IMPORT_VALUES, max_body_bytes
from flowhook.organisations.auth import Caller
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.section_service import SectionService
from flowhook.strict_json import read_json

Json = dict[str, Any]

CURSOR = {"cursor": "The next_cursor of the page before."}


class Functions(Protocol):
    """The webhook functions by name."""

    def find(self, name: str) -> Asked | None: ...

    def nearest(self, name: str) -> list[str]: ...


class SetAccess:
    """Lets a caller at an organisation's question sets, as far as their role allows."""

    def __init__(self, auth: AdminAuth, sections: SectionService) -> None:
        self.auth = auth
        self.sections = sections

    def caller(self, org: str, name: str | None = None) -> Caller:
        """Who calls. Raises what `AdminAuth.member` does, NotFound where there is no such
        organisation, and InvalidInput where no question set can have this name."""
        caller = self.auth.member(org)
        self.sections.existing(org)
        if name is not None and not NAME.fullmatch(name):
            raise InvalidInput(
                "a question set's name is 1 to 64 of a-z 0-9 _ -",
                fix="Choose a name such as farmer_questions.",
            )
        return caller


def asked_function(functions: Functions, name: str) -> Asked:
    """Raises InvalidInput where there is no such function."""
    found = functions.find(name)
    if found is None:
        near = functions.nearest(name)
        raise InvalidInput(
            "there is no such webhook function",
            fix=f"Did you mean {' or '.join(near)}?" if near else "GET /webhooks lists them.",
            fields={"target": {"function": ["Is no webhook function."]}},
        )
    return found


def read_body() -> Json:
    """The JSON object in the request's body. Raises UnsupportedMediaType, TooLarge, InvalidJson."""
    request.max_content_length = max_body_bytes(request.method, request.path)
    check_media_type(request.content_type or "")
    return read_json(request.get_data(cache=False), MAX_IMPORT_VALUES)


def listed(cases: Iterable[Case]) -> list[Json]:
    return [case_json(case) for case in cases]


def tagged(body: Mapping[str, Any], tag: str, status: int = 200) -> Response:
    answer = json_answer(body, status)
    answer.headers["ETag"] = f'"{tag}"'
    return answer
