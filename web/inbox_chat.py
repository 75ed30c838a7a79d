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
    before = with_question(before, asked)
    state = item.state
    if not state.answered_at:
        return [*before, *later]
    answer = Bubble(False, state.answer, timestamp_of(state.answered_at), state.by)
    until = [one for one in later if moment_of(one.at) <= moment_of(answer.at)]
    return [*before, *until, answer, *later[len(until) :]]


def with_question(before: list[Bubble], asked: Bubble) -> list[Bubble]:
    """What was said before, with the question: where the contact said it last, else at the end."""
    said = [place for place, one in enumerate(before) if one.is_contact]
    if asked.is_contact and said and before[said[-1]].text.strip() == asked.text.strip():
        place = said[-1]
        return [*before[:place], asked, *before[place + 1 :]]
    return [*before, asked]


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
