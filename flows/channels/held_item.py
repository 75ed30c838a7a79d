"""The item at the head of a contact's queue, while somebody deals with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flowhook.redis.script import Argument

Item = Mapping[str, Any]


class Postpone(Exception):
    """The item at the head must wait `seconds`; nothing is wrong with it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"not before {seconds:g} s")
        self.seconds = seconds


class Abandon(Exception):
    """The item at the head can never be dealt with; `reason` holds no contact's words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LeaseLost(Exception):
    """Another process has gone on with the queue, and dealt with the item."""


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """A contact's queue as scripts know it; `look_after` tells when a queue that is being worked on
    was left by its holder, in epoch seconds."""

    org: str
    contact: str
    keys: list[str]
    """lock, queue, tries, due"""
    look_after: Callable[[], float]


@dataclass(slots=True)
class HeldItem:
    """The item at the head of a queue whose lease is held; `tries` counts how often it was taken.

    A script may drop it together with what it stores: it passes `keys` and `arguments` on to the
    Lua function `advance`, and `dropped` is told what is at the head then.
    """

    place: QueuePlace
    token: str
    sealed: bytes
    tries: int = 1
    item: Item = field(default_factory=dict)
    is_dropped: bool = False
    next: HeldItem | None = None

    @property
    def org(self) -> str:
        return self.place.org

    @property
    def contact(self) -> str:
        return self.place.contact

    @property
    def keys(self) -> list[str]:
        return self.place.keys

    @property
    def arguments(self) -> list[Argument]:
        """token, the item, contact, when to look after the queue"""
        return [self.token, self.sealed, self.contact, self.place.look_after()]

    def dropped(self, head: bytes | None) -> None:
        """The item left the queue; `head` is the next, still under this lease."""
        self.is_dropped = True
        if head is not None:
            self.next = replace(self, sealed=head, tries=1, is_dropped=False)


Handle = Callable[[HeldItem], None]


@dataclass(frozen=True, slots=True)
class Taking:
    """The taking of a contact's queue, by a script that passes `keys` and `arguments` on to the Lua
    function `take`; `taken` reads what that answers."""

    place: QueuePlace
    token: str
    milliseconds: int

    @property
    def keys(self) -> list[str]:
        return self.place.keys

    @property
    def arguments(self) -> list[Argument]:
        """token, milliseconds, contact, when to look after the queue"""
        return [self.token, self.milliseconds, self.place.contact, self.place.look_after()]

    def taken(self, answer: list[Any] | None) -> HeldItem | None:
        if not answer:
            return None
        tries, head = answer
        return HeldItem(self.place, self.token, head, tries)
