"""HTTP route that explores a flow."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from flask import Blueprint, Response, request
from marshmallow import RAISE, Schema, fields, validate

from flowhook.errors import NotFound
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented
from flowhook.organisations.http.admin_auth import AdminAuth
from flows.api.editing_routes import body
from flows.api.flow_routes import ISSUES
from flows.api.message_schema import load
from flows.conversations.conversations import Conversations
from flows.conversations.live_services import CallFunction
from flows.exploring.exploration import explore_draft
from flows.exploring.personas import PERSONAS

MOST, USUAL = 200, 50

PAIR = {
    "type": "array",
    "items": {"type": "integer"},
    "description": "How many were reached, of how many.",
}
EXPLORED = {
    "type": "object",
    "required": ["coverage", "issues", "proposals", "is_whole"],
    "properties": {
        "coverage": {
            "type": "object",
            "properties": {
                "nodes": PAIR,
                "exits": PAIR,
                "missed": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["node", "label"],
                        "properties": {
                            "node": {"type": "string"},
                            "label": {"type": "string", "description": "Its words."},
                            "category": {
                                "type": "string",
                                "description": "The exit that was not taken; absent where the "
                                "node itself was not reached.",
                            },
                        },
                    },
                },
            },
        },
        "issues": ISSUES,
        "proposals": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["turns", "reaches", "persona"],
                "properties": {
                    "turns": {
                        "type": "array",
                        "items": {"type": ["string", "object"]},
                        "description": "As a case takes them.",
                    },
                    "reaches": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "Categories and nodes, as the check `reaches` takes one.",
                    },
                    "persona": {"type": "string", "description": "Empty for the shortest way."},
                    "body": {
                        "type": "object",
                        "description": "The contact and the results that it begins with, as a "
                        "case takes them; absent where any will do.",
                    },
                },
            },
        },
        "is_whole": {
            "type": "boolean",
            "description": "Whether all was tried within 2,000 turns, 20 seconds and 32 MiB of "
            "texts.",
        },
    },
}


class ExploreSchema(Schema):
    """What to propose."""

    class Meta:
        unknown = RAISE

    personas = fields.List(
        fields.String(validate=validate.OneOf(sorted(PERSONAS))),
        load_default=list,
        validate=validate.Length(max=len(PERSONAS)),
        metadata={
            "description": "Who speaks in further proposals: " + ", ".join(PERSONAS) + ".",
            "example": ["short", "hinglish"],
        },
    )
    most = fields.Integer(
        strict=True,
        load_default=USUAL,
        validate=validate.Range(1, MOST),
        metadata={"description": f"The most proposals, 1 to {MOST} (default {USUAL})."},
    )


def explore_routes(
    auth: AdminAuth,
    conversations: Conversations,
    pretended: CallFunction,
    place: Callable[[str], AbstractContextManager[None]],
) -> Blueprint:
    """`POST /flows/<org>/<uuid>/explore`; `place` limits an organisation's calls."""
    routes = Blueprint("exploring", __name__, url_prefix="/flows/<org>/<uuid>")

    @routes.post("/explore")
    @documented(body=ExploreSchema, answer=EXPLORED)
    def explore_flow(org: str, uuid: str) -> Response:
        """Walk through all branches of the newest draft, and propose conversations for a question
        set.

        Nothing outside is asked: functions answer with the examples of their results, and also
        fail. Nothing is stored, and no contact is changed.
        """
        auth.member(org)
        organisation = conversations.settings(org)
        if not organisation.exists:
            raise NotFound(f"there is no organisation {org}")
        asked = load(ExploreSchema(), body() if request.get_data() else {})

        with place(org):
            personas, most = asked["personas"], asked["most"]
            return json_answer(
                explore_draft(conversations, pretended, organisation, uuid, personas, most)
            )

    return routes
