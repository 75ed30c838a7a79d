"""Items of contacts' queues that were given up, the newest of each organisation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from flowhook.organisations.cipher import CannotDecrypt
from flowhook.redis.effects import Effect, write
from flowhook.turns import in_turns
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


Telling = Callable[[str, DeadItem], list[Effect]]
"""From an organisation and a dead item to the effects that tell somebody of it."""


class DeadItems:
    """The dead items of one kind of queue; `clock` tells epoch seconds."""

    def __init__(self, store: QueueStore, clock: Callable[[], float]) -> None:
        self.store = store
        self.clock = clock
        self.tellings: list[Telling] = []

    def add_telling(self, telling: Telling) -> None:
        """Carry out these effects with the keeping of each item from now on."""
        self.tellings.append(telling)

    def bury(self, held: HeldItem, reason: str) -> None:
        """Add the item at a queue's head, empty where no key decrypts it."""
        org, store = held.org, self.store
        try:
            item = store.open(org, held.contact, held.sealed)
        except CannotDecrypt:
            item = {}  # it must not block those behind it
        dead = DeadItem(held.contact, self.clock(), reason, item)
        key = store.key(org, "dead")
        sealed = store.seal(org, PURPOSE, asdict(dead))
        told = [effect for telling in self.tellings for effect in telling(org, dead)]
        write(store.redis, ("LPUSH", key, sealed), ("LTRIM", key, 0, MAX_DEAD - 1), *told)

    def newest(self, org: str, count: int) -> list[DeadItem]:
        """The dead items, newest first. Raises CannotDecrypt."""
        found = self.store.redis.lrange(self.store.key(org, "dead"), 0, count - 1)
        return [self._read(org, raw) for raw in found]

    def of_contact(self, org: str, contact: str) -> list[DeadItem]:
        """A contact's, newest first."""
        return [dead for _, dead in self._of_contact(org, contact)]

    def forget(self, org: str, contact: str) -> int:
        """Remove a contact's; returns how many there were."""
        key = self.store.key(org, "dead")
        found = list(self._of_contact(org, contact))
        return sum(int(self.store.redis.lrem(key, 0, raw)) for raw, _ in found)

    def _of_contact(self, org: str, contact: str) -> Iterator[tuple[bytes, DeadItem]]:
        for raw in in_turns(self.store.redis.lrange(self.store.key(org, "dead"), 0, -1)):
            try:
                dead = self._read(org, raw)
            except CannotDecrypt:
                continue  # nobody can read it, whose ever it is
            if dead.contact == contact:
                yield raw, dead

    def _read(self, org: str, sealed: bytes) -> DeadItem:
        return DeadItem(**self.store.open(org, PURPOSE, sealed))
