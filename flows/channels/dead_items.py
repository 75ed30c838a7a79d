"""Items of contacts' queues that were given up, the newest of each organisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flowhook.organisations.cipher import CannotDecrypt
from flowhook.redis.effects import write
from flows.channels.held_item import HeldItem, Item
from flows.channels.queue_store import QueueStore

MAX_DEAD = 1_000
PURPOSE = "dead"


@dataclass(frozen=True, slots=True)
class DeadItem:
    """An item that was given up."""

    contact: str
    at: float
    reason: str
    item: Item


class DeadItems:
    """The dead items of one kind of queue; `clock` tells epoch seconds."""

    def __init__(self, store: QueueStore, clock: Callable[[], float]) -> None:
        self.store = store
        self.clock = clock

    def bury(self, held: HeldItem, reason: str) -> None:
        """Add the item at a queue's head, empty where no key decrypts it."""
        org, store = held.org, self.store
        try:
            item = store.open(org, held.contact, held.sealed)
        except CannotDecrypt:
            item = {}  # it must not block those behind it
        dead = {"contact": held.contact, "at": self.clock(), "reason": reason, "item": item}
        key = store.key(org, "dead")
        sealed = store.seal(org, PURPOSE, dead)
        write(store.redis, ("LPUSH", key, sealed), ("LTRIM", key, 0, MAX_DEAD - 1))

    def newest(self, org: str, count: int) -> list[DeadItem]:
        """The dead items, newest first. Raises CannotDecrypt."""
        found = self.store.redis.lrange(self.store.key(org, "dead"), 0, count - 1)
        return [self._read(org, raw) for raw in found]

    def forget(self, org: str, contact: str) -> None:
        """Remove a contact's."""
        redis, key = self.store.redis, self.store.key(org, "dead")
        for raw in redis.lrange(key, 0, -1):
            try:
                is_theirs = self._read(org, raw).contact == contact
            except CannotDecrypt:
                continue  # nobody can read it, whose ever it is
            if is_theirs:
                redis.lrem(key, 0, raw)

    def _read(self, org: str, sealed: bytes) -> DeadItem:
        return DeadItem(**self.store.open(org, PURPOSE, sealed))
