"""People who answer contacts, as conversations know them: a stateful stand-in for the inbox."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flowhook.organisations.organisation import Organisation
from flows.conversations.people import Said, Ticket, Undelivered

WORDS = {"en": "A person will answer you.", "hi": "कोई व्यक्ति उत्तर देगा।"}


@dataclass
class Helpers:
    """Each exception of `failures` meets one call; items in `taken` have a person."""

    tickets: dict[str, Ticket] = field(default_factory=dict)
    undelivered: dict[str, Undelivered] = field(default_factory=dict)
    said: dict[str, dict[str, Said]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    waiting: dict[str, str] = field(default_factory=dict)
    failures: list[BaseException] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open_ticket(self, org: str, ticket: Ticket) -> None:
        self._fail()
        assert ticket.id not in self.tickets, "told twice"
        self.tickets[ticket.id] = ticket

    def show_undelivered(self, org: str, undelivered: Undelivered) -> None:
        self._fail()
        self.undelivered[undelivered.id] = undelivered

    def add_said(self, org: str, item: str, said_id: str, said: Said) -> None:
        self._fail()
        self.said.setdefault(item, {})[said_id] = said

    def is_with_person(self, org: str, item: str) -> bool:
        self.asked.append(item)
        return item in self.taken

    def waiting_item(self, org: str, contact: str) -> str | None:
        self.asked.append(contact)
        return self.waiting.get(contact)

    def waiting_words(self, organisation: Organisation, language: str) -> str:
        return WORDS.get(language, "")

    def heard(self, item: str) -> list[Any]:
        return [one.get("text") for one in self.said.get(item, {}).values()]

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)
