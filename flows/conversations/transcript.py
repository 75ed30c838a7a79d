"""Builds a turn's answer, its transcript entries and its notes for the author."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from flowhook.records.redact import redact_text
from flowhook.timestamps import timestamp
from flows.model.events import Event, MsgCreated, MsgNotSent
from flows.model.session import Message, Session

MAX_NOTES = 50
MAX_NOTE_TEXT = 2_000

Json = dict[str, Any]


def answer_of(session: Session, events: Iterable[Event]) -> Json:
    """Return a turn's answer in the conversation API; keys that do not apply are absent."""
    sent = [
        one.as_message()
        for one in events
        if isinstance(one, MsgCreated) and one.contact == session.contact.id
    ]
    return {"messages": sent, **status_of(session)}


def status_of(session: Session) -> Json:
    """Return `status`, and `flow`, `node` and `results` once a flow has run."""
    state: Json = {"status": session.status}
    run = session.active_run() or next(iter(session.runs), None)
    at = run or session.ending
    if at is not None:
        state |= {"flow": at.flow, "node": at.node, "results": at.results}
    return state


def transcript_of(
    session: Session,
    events: Iterable[Event],
    message: Message | None,
    now: datetime,
    said_by: str = "",
) -> list[Json]:
    """Return the transcript entries of a turn: messages and notes for the author, in order.

    `said_by` is the person who says what the turn says, if no flow does.
    """
    at = timestamp(now, "milliseconds")
    items = [{"at": at, "direction": "in", **shown(message)}] if message else []
    notes = 0
    for event in events:
        if isinstance(event, MsgCreated) and event.contact == session.contact.id:
            labelled = {"labels": event.labels} if event.labels else {}
            by = {"by": said_by} if said_by else {}
            items.append({"at": at, "direction": "out", **event.as_message(), **labelled, **by})
        elif notes < MAX_NOTES:
            for note in _note(event):
                items.append({"at": at, "direction": "note", **note})
                notes += 1
    return items


def shown(message: Message) -> Json:
    """Return a contact's message in the format that the API accepts."""
    names = (name for name in message.__slots__ if name != "id")
    known = ((name, getattr(message, name)) for name in names)
    return {name: value for name, value in known if value not in (None, "")}


def not_sent(reason: str, now: datetime) -> Json:
    """Return the note that a channel could not deliver a message to the contact."""
    at = timestamp(now, "milliseconds")
    return {"at": at, "direction": "note", "type": MsgNotSent.type, "reason": reason}


def _note(event: Event) -> Iterator[Json]:
    """Yield an event as a note, secrets redacted; nothing if the event has no note."""
    note = event.note()
    if not note:
        return
    texts = {
        key: redact_text(value[:MAX_NOTE_TEXT]) if isinstance(value, str) else value
        for key, value in note.items()
    }
    yield {**texts, "type": event.type, "flow": event.flow, "node": event.node}
