"""GET, PUT, PATCH and DELETE of one settings section or account."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from flowhook.http.answers import json_answer
from flowhook.http.if_match import if_match
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.http.request_body import read_body
from flowhook.organisations.section_service import SectionService
from flowhook.organisations.section_tag import section_tag

MADE = "X-Organization-Created"
"""Names the organisation that a PUT or a first token made, which may be a misspelt one."""


def answer_section_call(
    auth: AdminAuth, sections: SectionService, org: str, section: str
) -> Response:
    """Do what the request's method says to a section, for an administrator."""
    caller = auth.member(org)
    expected = _expected(sections, org, section)
    if request.method == "DELETE":
        sections.remove(org, section, caller, expected)
        return Response(status=204)
    if request.method in ("PUT", "PATCH"):
        replaces = request.method == "PUT"
        written = sections.write(
            org, section, read_body(), caller, replaces=replaces, expected=expected
        )
        shown = sections.shown(org, section, written.values, written.stored)
        answer = _tagged(shown, written.tag, 201 if written.is_new else 200)
        if written.is_first:
            answer.headers[MADE] = org
        return answer
    return _tagged(*sections.show(org, section))


def _expected(sections: SectionService, org: str, section: str) -> str | None:
    """The tag that the section must still have: of several, the one that it has now."""
    tags = if_match()
    if len(tags) < 2:
        return tags[0] if tags else None
    current = section_tag(sections.store.load(org).stored, section)
    return current if current in tags else tags[0]


def _tagged(shown: dict[str, Any], tag: str, status: int = 200) -> Response:
    answer = json_answer(shown, status)
    answer.headers["ETag"] = f'"{tag}"'
    return answer
