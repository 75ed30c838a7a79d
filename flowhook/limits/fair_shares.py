"""Divides the places of one process among owners, so that none takes all of them.

The places are threads, calls in flight or connections: resources of this process, so they are
counted here and not in Redis. An owner (an organisation, a client's address) alone gets `most` of
them; a third more are there for the others. Each may hold at most three times as many as are free
at that moment, so the next one finds a place though several hold all they can get, and
as places come back each gets about as many as any other.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Generic, TypeVar

from gevent import monkey

TIMES_FREE = 3

# The lock of threads also where gevent patches it: it is never held while greenlets switch.
_allocate_lock = monkey.get_original("_thread", "allocate_lock")

Item = TypeVar("Item")


class FairShares:
    """The places of a process, counted by owner."""

    def __init__(self, most: int) -> None:
        """`most`: places that one owner may hold."""
        self.most = most
        self.places = most + -(-most // TIMES_FREE)
        self.free = self.places
        self._held: dict[str, int] = {}
        self._lock = _allocate_lock()

    def has_room(self, owner: str) -> bool:
        held = self._held.get(owner, 0)
        return held < self.most and held < TIMES_FREE * self.free

    def take(self, owner: str) -> bool:
        """Take a place; returns False if this owner holds its share or none is free."""
        with self._lock:
            held = self._held.get(owner, 0)
            if held >= self.most or held >= TIMES_FREE * self.free:
                return False
            self._held[owner] = held + 1
            self.free -= 1
            return True

    def give_back(self, owner: str) -> None:
        with self._lock:
            held = self._held[owner]
            if held > 1:
                self._held[owner] = held - 1
            else:
                del self._held[owner]
            self.free += 1


class FairLine(Generic[Item]):
    """Items waiting for a place: in order within an owner, and owners in turn. Not thread-safe."""

    def __init__(self, shares: FairShares) -> None:
        self.shares = shares
        self._waiting: OrderedDict[str, deque[Item]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def put(self, owner: str, item: Item) -> None:
        self._waiting.setdefault(owner, deque()).append(item)

    def is_ready(self) -> bool:
        """Tell whether an item waits whose owner may take a place."""
        return any(map(self.shares.has_room, self._waiting))

    def take(self) -> tuple[str, Item] | None:
        """Take the next item and a place for it; returns its owner too."""
        for owner in self._waiting:
            if self.shares.take(owner):
                return owner, self._pop(owner)
        return None

    def drain(self) -> Item:
        """Take an item without a place. Raises StopIteration if none waits."""
        return self._pop(next(iter(self._waiting)))

    def held_back(self) -> int:
        """Count the items whose owners hold their share."""
        has_room = self.shares.has_room
        return sum(len(items) for owner, items in self._waiting.items() if not has_room(owner))

    def _pop(self, owner: str) -> Item:
        items = self._waiting[owner]
        item = items.popleft()
        if items:
            self._waiting.move_to_end(owner)
        else:
            del self._waiting[owner]
        return item
