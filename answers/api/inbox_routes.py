"""HTTP routes of the inbox: what waits for a person is listed, shown, answered, closed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from answers.api.inbox_schema import (
    QUERY,
    AnswerSchema,
    AssignSchema,
    asked_filter,
    check_approvable,
    wrong,
)
from answers.inbox.inbox import Approves, Inbox
from answers.inbox.item import KINDS, STATUSES, InboxItem
from flowhook.errors import TooLarge
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented, page_of
from flowhook.organisations.auth import Caller
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.http.request_body import read_fields
from flowhook.organisations.section_service import SectionService

TIME = {"type": "string", "format": "date-time"}
HEAD: dict[str, Any] = {
    "id": {"type": "string"},
    "kind": {"enum": list(KINDS)},
    "status": {"enum": list(STATUSES)},
    **{
        name: {"type": "string"}
        for name in ("question", "contact", "name", "flow", "flow_name", "language", "assigned")
    },
    "times": {"type": "integer", "description": "How often the contact asked this."},
    "at": TIME,
    "asked_at": {**TIME, "description": "When they asked last."},
    "delivery": {
        "type": "object",
        "required": ["kind", "status", "error"],
        "properties": {
            "kind": {"type": "string", "description": "The way by which the answer goes."},
            "status": {"enum": ["", "waiting", "delivered", "failed"]},
            "error": {"type": "string"},
            "note": {"type": "string", "description": "What is left, if anything."},
        },
    },
}
ENDED = {
    "answer": {"type": "string"},
    "by": {"type": "string"},
    "answered_at": TIME,
    "ended_by": {"type": "string"},
    "ended_at": TIME,
}
SAID = {
    "type": "object",
    "required": ["who", "text", "at"],
    "properties": {name: {"type": "string"} for name in ("who", "text", "at")},
}
ITEM = {
    "type": "object",
    "required": [*HEAD, "context", "said"],
    "properties": {
        **HEAD,
        **ENDED,
        "context": {"type": "string"},
        "approved": {"type": "string", "description": "The id of the approved answer."},
        "not_approved": {
            "type": "string",
            "description": "Why an answer that was to be approved was sent alone.",
        },
        "said": {
            "type": "array",
            "items": SAID,
            "description": "Before and after it, the oldest first.",
        },
    },
}


def inbox_routes(auth: AdminAuth, sections: SectionService, inbox: Inbox) -> Blueprint:
    """`/inbox/<org>` and `/inbox/<org>/<item_id>...`"""
    routes = Blueprint("inbox", __name__, url_prefix="/inbox/<org>")

    def caller_of(org: str) -> Caller:
        caller = auth.member(org)
        sections.existing(org)
        return caller

    @routes.get("")
    @documented(query=QUERY, answer=page_of("items", {**HEAD, **ENDED}))
    def list_items(org: str) -> Response:
        """List what waits for a person, or what was answered or closed, 50 a page."""
        caller_of(org)
        wanted, cursor = asked_filter(request.args)
        try:
            page = inbox.list.page(org, wanted, cursor)
        except ValueError as error:
            raise wrong("cursor", str(error)) from None
        heads = [item.head for item in page.items]
        return json_answer({"items": heads, "next_cursor": page.next_cursor})

    @routes.get("/<item_id>")
    @documented(answer=ITEM)
    def show_item(org: str, item_id: str) -> Response:
        """Show a question with its contact, its flow and what was said before."""
        caller_of(org)
        return json_answer(inbox.store.get(org, item_id).shown)

    @routes.post("/<item_id>/answer")
    @documented(body=AnswerSchema, answer=ITEM)
    def answer_item(org: str, item_id: str) -> Response:
        """Answer a question; the answer reaches the contact by the way the question came.

        The first answer counts: 409 names who gave it. The same again changes nothing, and after a
        delivery that failed it is sent once more. Where approved answers are full it is sent, not
        approved: `not_approved` says so, and the same call approves it once there is room.
        """
        caller = caller_of(org)
        asked = read_fields(AnswerSchema())
        approves = inbox.approves if asked["approve"] else None
        question = asked["as_question"] or inbox.store.get(org, item_id).asked.question
        if approves:
            check_approvable(question)
        item = inbox.answer(org, item_id, asked["answer"], caller.name)
        if not approves:
            return json_answer(item.shown)
        return json_answer({**item.shown, **_approved(approves, item, question, caller.name)})

    @routes.post("/<item_id>/close")
    @documented(answer=ITEM)
    def close_item(org: str, item_id: str) -> Response:
        """Close a question without an answer, or put an answered one away.

        A call that waits for it ends with the error not_answered.
        """
        caller = caller_of(org)
        return json_answer(inbox.close(org, item_id, caller.name).shown)

    @routes.post("/<item_id>/assign")
    @documented(body=AssignSchema, answer=ITEM)
    def assign_item(org: str, item_id: str) -> Response:
        """Say who is to answer an open question."""
        caller_of(org)
        to = read_fields(AssignSchema())["to"]
        return json_answer(inbox.assign(org, item_id, to).shown)

    return routes


def _approved(approves: Approves, item: InboxItem, question: str, by: str) -> dict[str, str]:
    """Approve an answer that is on its way; where there is no room, that is no failure of it."""
    try:
        return {"approved": approves.approve(item.org, question, item.state.answer, by)}
    except TooLarge as full:
        return {"not_approved": full.message}
