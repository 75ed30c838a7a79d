"""HTTP routes of conversations: send a contact's message, show, resume and forget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from flowhook.errors import InvalidInput, NotFound
from flowhook.http.answers import json_answer
from flowhook.http.body import check_media_type
from flowhook.http.documented import documented
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.strict_json import read_json
from flows.api.message_schema import (
    MessageSchema,
    ResumeSchema,
    contact_update_of,
    load,
    message_of,
)
from flows.conversations.conversations import Conversations
from flows.conversations.roster import STATUSES
from flows.conversations.turn import valid_id

MESSAGES = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["type"],
        "properties": {
            "type": {
                "enum": [
                    *("text", "image", "audio", "video", "document", "quick_reply", "list"),
                    "location_request",
                ]
            },
            "text": {"type": "string"},
            "url": {"type": "string"},
            "options": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "title": {"type": "string"},
                        "description": {"type": "string"},
                    },
                },
            },
        },
    },
}
STATE = {
    "status": {"enum": list(STATUSES)},
    "flow": {"type": "string"},
    "node": {"type": "string"},
    "results": {"type": "object"},
}
ANSWER = {
    "type": "object",
    "required": ["messages", "status"],
    "properties": {"messages": MESSAGES, **STATE},
}
SHOWN = {
    "type": "object",
    "required": ["contact", "status", "transcript"],
    "properties": {
        "contact": {"type": "object"},
        **STATE,
        "wakeup_at": {"type": "string"},
        "transcript": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["at", "direction", "type"],
                "properties": {"direction": {"enum": ["in", "out", "note"]}},
            },
        },
    },
}


def conversation_routes(
    auth: AdminAuth,
    conversations: Conversations,
    place: Callable[[str], AbstractContextManager[None]],
) -> Blueprint:
    """`/conversations/<org>/<contact>...`; `place` limits an organisation's calls."""
    routes = Blueprint("conversations", __name__, url_prefix="/conversations/<org>/<contact>")

    def admit(org: str, contact: str) -> None:
        auth.member(org)
        if not conversations.settings(org).exists:
            raise NotFound(f"there is no organisation {org}")
        if not valid_id(contact):
            raise InvalidInput("a contact's id is 1 to 160 of A-Z a-z 0-9 _ . @ : + -")

    @routes.post("/messages")
    @documented(body=MessageSchema, answer=ANSWER)
    def send_message(org: str, contact: str) -> Response:
        """Give the flows one message of a contact, or start a flow for the contact.

        A message is {"text": ...}, or has a type and its fields. With an id (or the header
        Idempotency-Key) it is processed once: a repeat gets the answer of the first. A start names
        a flow by UUID or keyword.
        """
        admit(org, contact)
        sent = load(MessageSchema(), body())
        message_id = sent.get("id") or request.headers.get("Idempotency-Key", "")[:256]
        with place(org):
            return json_answer(converse(conversations, org, contact, sent, message_id))

    @routes.get("")
    @documented(answer=SHOWN)
    def show_conversation(org: str, contact: str) -> Response:
        """Show the state of a conversation, and its last messages with notes for the author."""
        admit(org, contact)
        return json_answer(conversations.show(org, contact))

    @routes.delete("")
    @documented()
    def forget_contact(org: str, contact: str) -> Response:
        """Forget a contact: the conversation, the transcript and everything known about them."""
        admit(org, contact)
        conversations.forget(org, contact)
        return Response(status=204)

    @routes.post("/resume")
    @documented(body=ResumeSchema, answer=ANSWER)
    def resume_flow(org: str, contact: str) -> Response:
        """Send a result to a flow that waits for one; its keys become results of the flow."""
        admit(org, contact)
        sent = load(ResumeSchema(), body())
        with place(org):
            return json_answer(conversations.resume(org, contact, sent["flow"], sent["result"]))

    return routes


def converse(
    conversations: Conversations,
    org: str,
    contact: str,
    sent: Mapping[str, Any],
    message_id: str,
) -> dict[str, Any]:
    """Process the message of a validated body, or the start that it asks for.

    Raises InvalidInput for a body that is neither or both.
    """
    known = replace(contact_update_of(sent), address=request.host_url.rstrip("/"))
    if "flow" not in sent:
        if "results" in sent:
            raise InvalidInput("results begin a flow, and no flow is named")
        return conversations.receive(
            org, contact, message_of(sent), message_id=message_id, known=known
        )
    if {"text", "type"} & set(sent):
        raise InvalidInput(
            "this is a message and a start at once",
            fix="Start the flow first, then send the message.",
        )
    results = sent.get("results")
    return conversations.start(
        org, contact, sent["flow"], results=results, message_id=message_id, known=known
    )


def body() -> dict[str, object]:
    check_media_type(request.content_type or "")
    return read_json(request.get_data(cache=False))
