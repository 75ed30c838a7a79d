"""Turns of a question set's case: as the conversation API takes messages, and silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flows.conversations.transcript import shown
from flows.model.session import Message
from flows.play.recording import SILENT

NO_RESPONSE = "no_response"
"""The type of a turn in which the contact is silent, until the time-out of the flow's wait."""

Json = dict[str, Any]
Turn = str | Json


def turn_of(message: Message | None) -> Turn:
    """A contact's message as a turn: a plain text as its words, None as silence.

    >>> turn_of(Message("Yes")), turn_of(None), turn_of(Message("Yes", "quick_reply"))
    ('Yes', {'type': 'no_response'}, {'type': 'quick_reply', 'text': 'Yes'})
    """
    if message is None:
        return {"type": NO_RESPONSE}
    sent = {name: value for name, value in shown(message).items() if name in NAMES}
    if sent.get("interactive") == {"title": message.text}:  # which goes without saying
        del sent["interactive"]
    is_text = sent.keys() <= {"text", "type"} and message.type == "text"
    return message.text if is_text else {"type": message.type, **sent}


NAMES = frozenset(
    ("type", "text", "url", "caption", "latitude", "longitude", "interactive", "form")
)


def turns_of(recording: Mapping[str, Any] | None) -> list[Turn]:
    """What the contact did in a simulation's recording, as turns of a case.

    Where the flow went on by itself, it also does so in a case.
    """
    turns: Sequence[Json] = (recording or {}).get("turns", ())
    return [turn for turn in map(_turn, turns) if turn is not None]


def _turn(recorded: Json) -> Turn | None:
    if "says" in recorded:
        said: str = recorded["says"]
        return said
    if "sends" in recorded:
        return turn_of(Message(**recorded["sends"]))
    return {"type": NO_RESPONSE} if recorded.get(SILENT) else None
