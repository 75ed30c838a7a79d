"""What conversations tell the people who answer contacts, and what they ask of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from flowhook.organisations.organisation import Organisation

MAX_SAID = 1_000  # characters of each message

Said = Mapping[str, Any]
"""A message as a transcript has it: `at`, `direction` (in or out), `type`, and `text` or `url`."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A flow's question to a person; `assignee` is whom its author named, empty for anybody."""

    id: str
    contact: str
    name: str
    language: str
    flow: str
    node: str
    topic: str
    body: str
    assignee: str


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that a channel gave up; `at` in epoch seconds."""

    id: str
    contact: str
    channel: str
    text: str
    reason: str
    at: float


class People(Protocol):
    """The people who answer contacts, each question an item of theirs.

    What is told is told again after a crash, with the same id, and must then change nothing.
    """

    def open_ticket(self, org: str, ticket: Ticket) -> None:
        """Show them a ticket. Raises FlowhookError if they cannot have it, for ever."""

    def show_undelivered(self, org: str, undelivered: Undelivered) -> None:
        """Show them a message that did not reach its contact. Raises FlowhookError likewise."""

    def add_said(self, org: str, item: str, said_id: str, said: Said) -> None:
        """Add what the contact wrote to an item; nothing where the item is no more."""

    def is_with_person(self, org: str, item: str) -> bool:
        """Whether the item is still open and somebody has taken it."""

    def waiting_item(self, org: str, contact: str) -> str | None:
        """The open item for whose answer this contact's flow waits; None if there is none."""

    def waiting_words(self, organisation: Organisation, language: str) -> str:
        """What the contact is told once while a person has the conversation, in the language of
        this locale; empty to say nothing."""


def said_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of a transcript as an item has it, within bounds."""
    kept = {name: entry[name] for name in ("at", "direction", "type", "by") if entry.get(name)}
    for name in ("text", "url"):
        if entry.get(name):
            kept[name] = str(entry[name])[:MAX_SAID]
    return kept
