"""What a contact's message does in a conversation that people have, or whose flow waits for one.

The message is theirs: it is added to their item, and the contact is told once that a person will
answer. Conversations that no people have are looked at in the state alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from flowhook.timestamps import timestamp
from flows.conversations.people import People, said_of
from flows.conversations.people_queue import said
from flows.conversations.transcript import shown
from flows.conversations.turn import Turn, go_on, words_to
from flows.model.events import Event, MsgCreated, MsgIgnored
from flows.model.session import Message


def hear(turn: Turn, people: People | None, message: Message, now: datetime) -> list[Event]:
    """Have the contact's message heard by its flow, or by the people who have the conversation."""
    _carry_kept(turn)
    events = end_what_is_over(turn, people, now)
    engine = turn.engine
    events += (engine.hear if turn.is_paused else engine.receive)(turn.session, message)
    return events + _pass_on(turn, people, message, events, now)


def end_what_is_over(turn: Turn, people: People | None, now: datetime) -> list[Event]:
    """Let flows run again if no item holds the conversation any more; returns what they do."""
    held = turn.with_people
    if not held.items:
        return []
    over = [
        item
        for item, until in held.items.items()
        if until <= now.timestamp() or not (people and people.is_with_person(turn.org, item))
    ]
    for item in over:
        del held.items[item]
    return [] if held.items or held.was_paused or not over else go_on(turn)


def _carry_kept(turn: Turn) -> None:
    """Take words that people said before into this turn, which reaches the contact."""
    held = turn.with_people
    turn.carried = [_message(turn, one) for one in held.kept]
    held.kept = []


def _message(turn: Turn, kept: Mapping[str, Any]) -> MsgCreated:
    """The message that a flow said, or the words of a person."""
    message = kept.get("message")
    if message is None:
        return words_to(turn, kept["text"])
    known = {one.name: message[one.name] for one in fields(MsgCreated) if one.name in message}
    return MsgCreated(**{**known, "options": tuple(known.get("options", ()))})


def _pass_on(
    turn: Turn, people: People | None, message: Message, events: Iterable[Event], now: datetime
) -> list[Event]:
    """Give the message to the people who have the conversation, or for whom its flow waits."""
    if people is None:
        return []
    items = _items(turn, people, events)
    at = timestamp(now, "milliseconds")
    entry = said_of({"at": at, "direction": "in", **shown(message)})
    turn.for_people += [said(item, entry) for item in items]
    news = [item for item in items if turn.with_people.tell(item)]
    if not news:
        return []
    contact = turn.session.contact
    words = people.waiting_words(turn.services.organisation, contact.language)
    return [words_to(turn, words)] if words else []


def _items(turn: Turn, people: People, events: Iterable[Event]) -> list[str]:
    if turn.is_paused:
        return list(turn.with_people.items)
    run = turn.session.active_run()
    is_waiting = run is not None and run.waiting == "webhook"
    if is_waiting and any(isinstance(one, MsgIgnored) for one in events):
        item = people.waiting_item(turn.org, turn.contact)
        return [item] if item else []
    return []
