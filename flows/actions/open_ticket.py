"""Pass the conversation's question to a person."""

from __future__ import annotations

from flows.model.action import SUCCESS, Action, ActionOutcome, action, as_text
from flows.model.events import TicketOpened
from flows.model.sprint import Sprint


def words(action: Action) -> str:
    topic, body = as_text(action.map("topic").get("name")), action.text("body")
    return f"asks a person ({topic}): {body}" if topic else f"asks a person: {body}"


@action("open_ticket", required=("body",), replies=True, asks_person=True, words=words)
def open_ticket(action: Action, sprint: Sprint) -> ActionOutcome:
    """Open a ticket with the given text; it is recorded in the conversation's events."""
    sprint.emit(
        TicketOpened,
        body=sprint.substitute(action.text("body")),
        topic=as_text(action.map("topic").get("name")),
        assignee=as_text(action.map("assignee").get("uuid")),
    )
    return SUCCESS
