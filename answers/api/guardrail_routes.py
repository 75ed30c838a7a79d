"""HTTP for trying a text by an organisation's guardrails."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from flask import Blueprint, Response
from marshmallow import RAISE, Schema, fields, validate

from answers.guardrails.trying import MAX_TRIED, GuardrailTrial, TriedText
from flowhook.errors import Forbidden
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented
from flowhook.organisations.guardrail_schemas import ACTIONS, KINDS, POLICIES
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.http.request_body import read_fields
from flowhook.organisations.kinds import Unpadded
from flowhook.organisations.roles import ADMIN, OPERATOR
from flowhook.organisations.section_service import SectionService

Json = dict[str, Any]

FOUND = {
    "type": "object",
    "required": ["start", "end", "kind"],
    "properties": {
        "start": {"type": "integer", "description": "The first character, from 0."},
        "end": {"type": "integer", "description": "The character behind the last."},
        "kind": {"enum": list(KINDS)},
    },
}
TRIED = {
    "type": "object",
    "required": ["masked", "found", "asked"],
    "properties": {
        "masked": {"type": "string", "description": "What a provider would get."},
        "found": {"type": "array", "items": FOUND},
        "asked": {"type": "boolean", "description": "Whether the provider judged the text."},
        "guardrail": {"enum": list(POLICIES), "description": "Absent where no rule speaks."},
        "action": {"enum": list(ACTIONS)},
        "reply": {"type": "string", "description": "What the contact would be told."},
    },
}


class TrySchema(Schema):
    """A text to try."""

    class Meta:
        unknown = RAISE

    text = fields.String(
        required=True,
        validate=validate.Length(1, MAX_TRIED),
        metadata={"description": "What a contact might write.", "example": "Call 98765 43210"},
    )
    language = Unpadded(
        load_default="",
        validate=validate.Length(0, 64),
        metadata={"description": "The contact's language, for the reply.", "example": "Hindi"},
    )
    ask = fields.Boolean(
        load_default=False,
        metadata={
            "description": "true: the provider judges it by every rule, which costs tokens (admin);"
            " else only banned words are looked for.",
            "example": False,
        },
    )


def guardrail_routes(
    auth: AdminAuth,
    sections: SectionService,
    trial: GuardrailTrial,
    place: Callable[[str], AbstractContextManager[None]],
) -> Blueprint:
    """`POST /settings/<org>/guardrails/try`; `place` limits an organisation's calls."""
    routes = Blueprint("guardrails", __name__, url_prefix="/settings/<org>/guardrails")

    @routes.post("/try")
    @documented(body=TrySchema, answer=TRIED)
    def try_guardrails(org: str) -> Response:
        """Show what would be masked in a text, and which rule would speak; nothing of it is kept.

        Where the provider is asked, that is a call in the log, without a word of the text.
        """
        caller, organisation = auth.member(org), sections.existing(org)
        asked = read_fields(TrySchema())
        if asked["ask"] and caller.scope not in (ADMIN, OPERATOR):
            raise Forbidden("only an admin has the provider asked", fix="Leave `ask` out.")
        with place(org):
            tried = trial.try_text(
                organisation, asked["text"], language=asked["language"], asks=asked["ask"]
            )
        return json_answer(shown(tried))

    return routes


def shown(tried: TriedText) -> Json:
    """A tried text as the API shows it."""
    spans = [{"start": one.start, "end": one.end, "kind": one.kind} for one in tried.found]
    told: Json = {"masked": tried.sent, "found": spans, "asked": tried.asked}
    if tried.spoken:
        told |= {"guardrail": tried.spoken.policy, "action": tried.spoken.action}
    return {**told, "reply": tried.reply} if tried.reply else told
