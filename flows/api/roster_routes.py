"""HTTP route of the list of conversations."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request

from flowhook.errors import InvalidInput, NotFound
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented, page_of
from flowhook.http.times import milliseconds, read_time
from flowhook.organisations.http.admin_auth import AdminAuth
from flows.conversations.conversations import Conversations
from flows.conversations.roster import STATUSES
from flows.conversations.roster_search import RosterFilter, RosterSearch

MAX_FILTER = 200
QUERY = {
    "flow": "UUID of a flow that they are in, or were in last.",
    "node": "UUID of a node of this flow, at which they are.",
    "status": f"One of {', '.join(STATUSES)}.",
    "waiting_since": "Who waits since this time or longer: a day, ISO 8601 (UTC where it names no"
    " zone), or seconds or milliseconds of the epoch.",
    "q": "Whole words of the contact's name, the phone number, or the id.",
    "cursor": "The next_cursor of the page before.",
}
CONVERSATION = {
    **{name: {"type": "string"} for name in ("contact", "name", "flow", "node")},
    "status": {"enum": list(STATUSES)},
    "since": {"type": "string", "description": "When they came to where they are."},
    "last_message": {
        "type": "string",
        "description": "What the contact wrote last, or was told, its first 200 characters.",
    },
}


def roster_routes(auth: AdminAuth, conversations: Conversations) -> Blueprint:
    """`GET /conversations/<org>`."""
    routes = Blueprint("roster", __name__, url_prefix="/conversations/<org>")
    search = RosterSearch(conversations.store)

    @routes.get("")
    @documented(query=QUERY, answer=page_of("conversations", CONVERSATION))
    def list_conversations(org: str) -> Response:
        """List conversations: where each is and since when, those who came there last first."""
        auth.member(org)
        if not conversations.settings(org).exists:
            raise NotFound(f"there is no organisation {org}")
        wanted, cursor = asked_roster(request.args)
        try:
            return json_answer(search.page(org, wanted, cursor))
        except ValueError as error:
            raise invalid("cursor", str(error)) from None

    return routes


def asked_roster(asked: Mapping[str, str]) -> tuple[RosterFilter, str]:
    """The filter and the cursor of a query; raises InvalidInput."""
    texts = {name: asked.get(name, "").strip() for name in QUERY}
    for name, text in texts.items():
        if len(text) > MAX_FILTER:
            raise invalid(name, f"At most {MAX_FILTER} characters.")
    if texts["node"] and not texts["flow"]:
        raise invalid("node", "Name its flow too.")
    until = _milliseconds(texts["waiting_since"])
    status = texts["status"] or ("waiting" if until is not None else "")
    if status and status not in STATUSES:
        raise invalid("status", f"One of {', '.join(STATUSES)}.")
    wanted = RosterFilter(texts["flow"], texts["node"], status, until, texts["q"])
    return wanted, texts["cursor"]


def _milliseconds(text: str) -> int | None:
    try:
        return milliseconds(read_time(text)[1]) if text else None
    except ValueError as error:
        raise invalid("waiting_since", str(error)) from None


def invalid(name: str, message: str) -> InvalidInput:
    return InvalidInput(f"{name}: {message}", fields={name: [message]})
