"""An item of the inbox as a chat: what was said before, the question, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from answers.inbox.item import UNDELIVERED, InboxItem
from flowhook.timestamps import timestamp_of

CONTACT, BOT = "contact", "bot"


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message; `by` names the person who wrote it, and is empty for contact and bot. `at` is an
    ISO time, or empty."""

    is_contact: bool
    text: str
    at: str = ""
    by: str = ""
    is_question: bool = False


def chat_of(item: InboxItem) -> list[Bubble]:
    """The bubbles, oldest first; the question stands once, also where it was said before."""
    before = [bubble_of(one) for one in item.shown["said"][: len(item.asked.said)]]
    later = [bubble_of(one) for one in item.shown["said"][len(item.asked.said) :]]
    asked = Bubble(
        item.kind != UNDELIVERED, item.asked.question, timestamp_of(item.at), is_question=True
    )
    if before and (before[-1].is_contact, before[-1].text.strip()) == (True, asked.text.strip()):
        before.pop()
    state = item.state
    if not state.answered_at:
        return [*before, asked, *later]
    answer = Bubble(False, state.answer, timestamp_of(state.answered_at), state.by)
    until = [one for one in later if moment_of(one.at) <= moment_of(answer.at)]
    return [*before, asked, *until, answer, *later[len(until) :]]


def bubble_of(said: Any) -> Bubble:
    who = said["who"]
    by = "" if who in (CONTACT, BOT) else who
    return Bubble(who == CONTACT, said["text"], said["at"], by)


def moment_of(time: str) -> datetime:
    """An ISO time; the earliest for none."""
    try:
        found = datetime.fromisoformat(time)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
