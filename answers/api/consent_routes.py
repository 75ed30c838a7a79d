"""HTTP routes of a contact's consent: shown, and recorded."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from marshmallow import RAISE, Schema, fields, validate

from answers.guardrails.consent import (
    BY_API,
    GIVEN,
    HOW,
    MAX_PURPOSE,
    NEVER,
    WITHDRAWN,
    ConsentStore,
    shown,
)
from flowhook.errors import InvalidInput
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented
from flowhook.organisations.auth import Caller
from flowhook.organisations.contact_names import MAX_CONTACT
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.http.request_body import read_fields
from flowhook.organisations.kinds import Unpadded
from flowhook.organisations.section_service import SectionService

CHANGE: dict[str, Any] = {
    "consent": {"enum": [GIVEN, WITHDRAWN]},
    "at": {"type": "string", "format": "date-time"},
    "how": {"enum": list(HOW), "description": "By a webhook function, a flow, or this API."},
    "by": {"type": "string", "description": "The flow's id, or who called the API."},
    "purpose": {"type": "string"},
}
CONSENT = {
    "type": "object",
    "required": ["consent", "changes"],
    "properties": {
        **CHANGE,
        "consent": {"enum": [GIVEN, WITHDRAWN, NEVER]},
        "changes": {
            "type": "array",
            "items": {"type": "object", "properties": CHANGE},
            "description": "The last ones, the newest first.",
        },
    },
}


class ConsentSchema(Schema):
    """What a contact said when they were asked; null: as if they never were."""

    class Meta:
        unknown = RAISE

    given = fields.Boolean(
        required=True,
        allow_none=True,
        metadata={
            "description": "true: given; false: withdrawn; null: what is recorded is removed, as if"
            " they had never been asked.",
            "example": True,
        },
    )
    purpose = Unpadded(
        load_default="",
        validate=validate.Length(0, MAX_PURPOSE),
        metadata={
            "description": f"What they were asked, at most {MAX_PURPOSE} characters.",
            "example": "Answers by a model abroad",
        },
    )


def consent_routes(auth: AdminAuth, sections: SectionService, consents: ConsentStore) -> Blueprint:
    """`/contacts/<org>/<contact>/consent`

    It has no DELETE, which erases a contact: ids may end with `/consent`.
    """
    routes = Blueprint("consent", __name__, url_prefix="/contacts/<org>/<path:contact>/consent")

    def caller_of(org: str, contact: str) -> Caller:
        caller = auth.member(org)
        sections.existing(org)
        if len(contact) > MAX_CONTACT:
            raise InvalidInput(f"a contact's id is 1 to {MAX_CONTACT} characters")
        return caller

    @routes.get("")
    @documented(answer=CONSENT)
    def show_consent(org: str, contact: str) -> Response:
        """Show whether a contact consented that their words go to a provider, and when.

        `consent` is none for a contact who was never asked.
        """
        caller_of(org, contact)
        return json_answer(shown(consents.changes(org, contact)))

    @routes.put("")
    @documented(body=ConsentSchema, answer=CONSENT)
    def record_consent(org: str, contact: str) -> Response:
        """Record what a contact said, with who recorded it; the same again changes nothing."""
        caller = caller_of(org, contact)
        asked = read_fields(ConsentSchema())
        if asked["given"] is None:
            consents.erase(org, contact)
        else:
            consent = GIVEN if asked["given"] else WITHDRAWN
            consents.record(org, contact, consent, BY_API, caller.name, asked["purpose"])
        return json_answer(shown(consents.changes(org, contact)))

    return routes
