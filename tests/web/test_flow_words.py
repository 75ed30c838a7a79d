"""What the flow runtime names has words on the pages."""

from __future__ import annotations

from collections.abc import Iterator

from flowhook.registry import load
from flows.api.message_schema import MEDIA
from flows.conversations.turn import MOVE, PAUSE, RESTART, UNPAUSE
from flows.lint import CRITICAL, WARNING
from flows.model.action import UNKNOWN
from flows.model.action import actions as action_types
from flows.model.contact import LANGUAGES as KNOWN
from flows.model.events import Event
from web.flow_picture import QUESTION
from web.flow_words import KINDS, LANGUAGES, MESSAGES, NOTES, SEVERITIES

load("flows.actions")  # which have events of their own


def subclasses(event: type[Event]) -> Iterator[type[Event]]:
    for one in event.__subclasses__():
        yield one
        yield from subclasses(one)


def is_noted(event: type[Event]) -> bool:
    return event.is_noted or event.note is not Event.note


def test_every_note_card_message_and_language_has_words() -> None:
    noted = {
        one.type for one in subclasses(Event) if one.__module__[:5] == "flows" and is_noted(one)
    }
    assert set(NOTES) == noted | {PAUSE, UNPAUSE, RESTART, MOVE}
    shapes = {kind.shape for kind in action_types} | {UNKNOWN.shape, QUESTION, "Split"}
    assert set(KINDS) == shapes
    assert set(MESSAGES) == {"text", *MEDIA, "location"}
    assert set(LANGUAGES) == {one.label for one in KNOWN}
    assert set(SEVERITIES) == {CRITICAL, WARNING}
