"""What waits for a person: a question, who asked it, the answer, and how it reaches them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flowhook.timestamps import timestamp_of

NOT_FOUND = "not_found"
ASK_A_PERSON = "ask_a_person"
OPEN_TICKET = "ticket"  # a flow's
UNDELIVERED = "undelivered"
GUARDRAIL = "guardrail"  # what a contact said needs a person; `context` names the policy
KINDS = (NOT_FOUND, ASK_A_PERSON, OPEN_TICKET, UNDELIVERED, GUARDRAIL)

OPEN, ANSWERED, CLOSED = "open", "answered", "closed"
STATUSES = (OPEN, ANSWERED, CLOSED)

WAITING, DELIVERED, FAILED = "waiting", "delivered", "failed"
"""How far an answer is on its way; empty where nobody waits for one."""

NOWHERE: Mapping[str, Any] = {"kind": "none"}

TEXT_CHARACTERS = 8_000  # of a question and of its context
ANSWER_CHARACTERS = 4_096  # what a WhatsApp message holds
SAID = 20  # messages before the question
SAID_SINCE = 50  # messages after it, while it is open
SAID_CHARACTERS = 1_000  # of each

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SaidBefore:
    """What was said: `who` is "contact", "bot" or a person's name, `at` an ISO time.

    `id` tells a message that is told twice, empty for what was said before the question.
    """

    who: str
    text: str = field(repr=False)
    at: str = ""
    id: str = ""

    def bounded(self) -> SaidBefore:
        return replace(self, text=cut(self.text, SAID_CHARACTERS))

    @property
    def shown(self) -> Json:
        return {"who": self.who, "text": self.text, "at": self.at}


@dataclass(frozen=True, slots=True)
class NewItem:
    """What is put into the inbox; texts that are too long are cut.

    `name` is the contact's, `flow_name` the flow's for people. `way` says how the answer reaches
    the contact: the `kind` of a AnswerDelivery, and what that one needs to know.
    """

    kind: str
    question: str = field(repr=False)
    context: str = field(default="", repr=False)
    contact: str = ""
    name: str = field(default="", repr=False)
    flow: str = ""
    flow_name: str = ""
    language: str = ""
    said: Sequence[SaidBefore] = field(default=(), repr=False)
    way: Mapping[str, Any] = field(default_factory=lambda: dict(NOWHERE))

    def bounded(self) -> NewItem:
        """The same, with its texts cut to what an item may hold."""
        return replace(
            self,
            question=cut(self.question, TEXT_CHARACTERS),
            context=cut(self.context, TEXT_CHARACTERS),
            name=cut(self.name, 200),
            flow_name=cut(self.flow_name, 200),
            said=tuple(one.bounded() for one in self.said[-SAID:]),
        )

    @classmethod
    def read(cls, stored: Json) -> NewItem:
        """What was stored; a newer release may have stored more than this one knows."""
        known = {name: value for name, value in stored.items() if name in cls.__match_args__}
        return cls(**{**known, "said": tuple(SaidBefore(**one) for one in stored["said"])})


@dataclass(frozen=True, slots=True)
class ItemState:
    """How an item stands; times are epoch milliseconds, 0 for never.

    `times` counts how often the contact asked. `by` names who answered, `ended_by` who closed it.
    `delivery` is how far the answer is, after `tries`, with `error` of the last one, and `note`
    what a person should know of it.
    """

    status: str = OPEN
    times: int = 1
    asked_at: int = 0  # for the last time
    assigned: str = ""
    answer: str = field(default="", repr=False)
    by: str = ""
    answered_at: int = 0
    ended_by: str = ""
    ended_at: int = 0
    delivery: str = ""
    error: str = ""
    tries: int = 0
    due_at: int = 0  # when somebody has to look after it
    note: str = ""

    @classmethod
    def read(cls, stored: Json) -> ItemState:
        """What was stored; a newer release may have stored more than this one knows."""
        return cls(**{name: value for name, value in stored.items() if name in cls.__match_args__})


@dataclass(frozen=True, slots=True)
class InboxItem:
    """An item of an organisation's inbox; `at` is when it was put there, in epoch milliseconds.

    `since` is what the contact said while it was open, the oldest first.
    """

    org: str
    id: str
    at: int
    asked: NewItem
    state: ItemState
    since: Sequence[SaidBefore] = field(default=(), repr=False)

    @property
    def kind(self) -> str:
        return self.asked.kind

    @property
    def way(self) -> str:
        """The kind of delivery."""
        return str(self.asked.way.get("kind") or "none")

    @property
    def head(self) -> Json:
        """What lists show."""
        state, asked = self.state, self.asked
        shown: Json = {
            "id": self.id,
            "kind": asked.kind,
            "status": state.status,
            "question": asked.question,
            "contact": asked.contact,
            "name": asked.name,
            "flow": asked.flow,
            "flow_name": asked.flow_name,
            "language": asked.language,
            "times": state.times,
            "at": timestamp_of(self.at),
            "asked_at": timestamp_of(state.asked_at),
            "assigned": state.assigned,
            "delivery": {
                "kind": self.way,
                "status": state.delivery,
                "error": state.error,
                "note": state.note,
            },
        }
        if state.answered_at:
            told = {"answer": state.answer, "by": state.by}
            shown |= {**told, "answered_at": timestamp_of(state.answered_at)}
        if state.ended_at:
            shown |= {"ended_by": state.ended_by, "ended_at": timestamp_of(state.ended_at)}
        return shown

    @property
    def shown(self) -> Json:
        """All that a person who answers needs."""
        said = [one.shown for one in (*self.asked.said, *self.since)]
        return {**self.head, "context": self.asked.context, "said": said}


def cut(text: str, characters: int) -> str:
    """
    >>> cut("seven", 5), cut("eleven", 5)
    ('seven', 'elev…')
    """
    return text if len(text) <= characters else text[: characters - 1] + "…"
