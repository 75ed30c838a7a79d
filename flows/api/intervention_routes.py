"""HTTP routes of what people do in a conversation: pause it, say something, restart, move on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from flask import Blueprint, Response
from marshmallow import RAISE, Schema, fields, validate

from flowhook.errors import InvalidInput, NotFound
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented
from flowhook.organisations.http.admin_auth import AdminAuth
from flows.api.conversation_routes import ANSWER, body
from flows.api.message_schema import load
from flows.conversations.interventions import MAX_SAID, Interventions
from flows.conversations.turn import valid_id


class SaySchema(Schema):
    """A person's message to the contact."""

    class Meta:
        unknown = RAISE

    text = fields.String(
        required=True,
        validate=validate.Length(1, MAX_SAID),
        metadata={"description": "The words.", "example": "Good morning, this is Asha."},
    )


class MoveSchema(Schema):
    """Where a conversation goes on."""

    class Meta:
        unknown = RAISE

    node = fields.String(
        required=True,
        validate=validate.Length(1, 200),
        metadata={
            "description": "UUID of a node of the flow that the contact is in.",
            "example": "5b7e1f0c-3a7e-4b52-9f0f-9d1f5d1c2a44",
        },
    )


def intervention_routes(
    auth: AdminAuth,
    interventions: Interventions,
    place: Callable[[str], AbstractContextManager[None]],
) -> Blueprint:
    """`POST /conversations/<org>/<contact>/pause` and so on; `place` limits an organisation's
    calls."""
    routes = Blueprint("interventions", __name__, url_prefix="/conversations/<org>/<contact>")
    settings = interventions.conversations.settings

    def act(
        org: str, contact: str, does: Callable[..., dict[str, Any]], schema: Schema | None = None
    ) -> Response:
        caller = auth.member(org)
        if not settings(org).exists:
            raise NotFound(f"there is no organisation {org}")
        if not valid_id(contact):
            raise InvalidInput("a contact's id is 1 to 160 of A-Z a-z 0-9 _ . @ : + -")
        what = load(schema, body()) if schema else {}
        with place(org):
            return json_answer(does(org, contact, by=caller.name, **what))

    @routes.post("/pause")
    @documented(answer=ANSWER)
    def pause_conversation(org: str, contact: str) -> Response:
        """Pause a conversation: messages are kept and shown, and no flow runs."""
        return act(org, contact, interventions.pause)

    @routes.post("/unpause")
    @documented(answer=ANSWER)
    def unpause_conversation(org: str, contact: str) -> Response:
        """End a pause: flows go on with the contact's next message, and at once with what fell
        due."""
        return act(org, contact, interventions.unpause)

    @routes.post("/say")
    @documented(body=SaySchema, answer=ANSWER)
    def say_something(org: str, contact: str) -> Response:
        """Send a person's message through the contact's channel, whether paused or not."""
        return act(org, contact, interventions.say, SaySchema())

    @routes.post("/restart")
    @documented(answer=ANSWER)
    def restart_flow(org: str, contact: str) -> Response:
        """Start anew the flow that the contact is in, or was in last."""
        return act(org, contact, interventions.restart)

    @routes.post("/move")
    @documented(body=MoveSchema, answer=ANSWER)
    def move_on(org: str, contact: str) -> Response:
        """Let the contact go on at another node of the flow that they are in."""
        return act(org, contact, interventions.move, MoveSchema())

    return routes
