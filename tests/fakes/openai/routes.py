"""Which function answers which method and path, and what it is given."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes import multipart
from tests.fakes.exchange import Asked, Reply
from tests.fakes.openai.accounts import Account
from tests.fakes.openai.complaints import Complaint, malformed
from tests.fakes.openai.models import Model
from tests.fakes.openai.rules import Rule
from tests.fakes.openai.world import World


@dataclass
class Call:
    """One authenticated request on its way to an endpoint."""

    world: World
    asked: Asked
    account: Account | None
    names: dict[str, str]
    """What stood in the path's {braces}."""

    def body(self, rule: Rule) -> dict[str, Any]:
        """The JSON object that was sent, checked; parameters sent as null are left out."""
        try:
            value = json.loads(self.asked.raw or b"{}")
        except ValueError:
            raise malformed(
                "We could not parse the JSON body of your request. (HINT: This likely means "
                "you aren't using your HTTP library correctly. The OpenAI API expects a JSON "
                "payload, but what was sent was not valid JSON.)"
            ) from None
        if not isinstance(value, dict):
            raise malformed("The JSON body of your request must be an object.")
        rule(value, "")
        return {name: entry for name, entry in value.items() if entry is not None}

    def form(self) -> multipart.Form:
        content_type = self.asked.headers.get("Content-Type", "")
        if not content_type.startswith("multipart/form-data"):
            raise malformed("The request must be sent as multipart/form-data.")
        return multipart.read(self.asked.raw, content_type)

    def model(self, name: str, kind: str) -> Model:
        """The model asked for, if this key may use it and it serves this endpoint."""
        if self.account is not None:
            self.account.check_model(name)
        model = self.world.models.get(name)
        if model.kind != kind:
            raise _wrong_kind(model, kind)
        return model


def _wrong_kind(model: Model, kind: str) -> Complaint:
    if kind == "chat":
        return Complaint(
            "This is not a chat model and thus not supported in the v1/chat/completions "
            "endpoint. Did you mean to use v1/completions?",
            status=404,
            param="model",
        )
    if kind == "completion":
        return Complaint(
            "This is a chat model and not supported in the v1/completions endpoint. Did you "
            "mean to use v1/chat/completions?",
            status=404,
            param="model",
        )
    return Complaint(
        f"Invalid value: '{model.id}' is not a {kind} model.", param="model", code="invalid_value"
    )


Endpoint = Callable[[Call], dict[str, Any] | Reply]


@dataclass(frozen=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    endpoint: Endpoint
    public: bool


_ROUTES: list[Route] = []


def route(method: str, path: str, public: bool = False) -> Callable[[Endpoint], Endpoint]:
    """Register an endpoint at `path`, where {name} stands for one segment."""
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

    def register(endpoint: Endpoint) -> Endpoint:
        _ROUTES.append(Route(method, pattern, endpoint, public))
        return endpoint

    return register


def find(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """The route of a request; a path the fake does not know is the client's mistake."""
    for candidate in _ROUTES:
        match = candidate.pattern.fullmatch(path)
        if match and candidate.method == method:
            return candidate, match.groupdict()
    raise Complaint(f"Invalid URL ({method} {path})", status=404, violation=True)
