"""A durable FIFO queue per contact, processed by at most one worker at a time.

A channel has two: what came in and waits for its flow (the inbox), and what a flow said and waits
to be sent (the outbox). Whoever processes a contact's queue holds its lease; a process that dies
lets it lapse, and whoever comes next goes on with the item that was being worked on. An item
leaves the queue only when it was handled, so each is handled at least once, and twice only if a
crash came between handling and its record. An item that keeps failing becomes a dead item, so that
it cannot block its contact for ever.

`sweep` finds the queues nobody works on, so a lost wake-up delays an item and never loses it. Items
are encrypted at rest. All keys of an organisation share one slot; the scripts are atomic.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.exceptions import RedisError

from flowhook.backoff import Backoff
from flowhook.errors import Overloaded
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.effects import APPLY, Effect, effect_arguments, effect_keys
from flowhook.redis.leases import CONTACT_SECONDS, Leases, new_token
from flowhook.redis.script import Argument, Script
from flows.channels.dead_items import DeadItem, DeadItems
from flows.channels.due_queues import GRACE_SECONDS, DueQueues
from flows.channels.held_item import (
    Abandon,
    Handle,
    HeldItem,
    Item,
    LeaseLost,
    Postpone,
    QueuePlace,
    Taking,
)
from flows.channels.queue_store import QueueStore

FOLDER = Path(__file__).parent / "lua"
QUEUE = FOLDER / "queue.lua"
"""The Lua functions `take` and `advance`, for scripts that do more than that."""
PUSH = Script(FOLDER / "push.lua", APPLY)
TAKE = Script(FOLDER / "take.lua", QUEUE, gone="false")
NEXT = Script(FOLDER / "next.lua", QUEUE, gone="{0}")
LEAVE = Script(FOLDER / "leave.lua", gone="0")

INBOX, OUTBOX = "inbox", "outbox"

MAX_WAITING = 1_000  # items of one contact
BACKOFF = Backoff(first_seconds=1.0, factor=2, longest_seconds=60.0)
MAX_TRIES = 8  # over about two minutes
MAX_TAKES = 25  # of one item, processes that died over it counted
SEEN_SECONDS = 8 * 24 * 3600  # longer than the seven days for which Meta repeats deliveries

logger = logging.getLogger(__name__)

Wake = Callable[[str, str, float], None]
"""(organisation, contact, seconds): have the contact's queue processed, that much later."""


@dataclass(frozen=True, slots=True)
class Drained:
    """`handled` items left the queue; `again_in` seconds it is to be processed again, if ever."""

    handled: int
    again_in: float | None = None


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many of a contact's items were removed: those that waited, and dead ones."""

    waiting: int
    dead: int


def nobody(org: str, contact: str, seconds: float) -> None:
    """Wake nobody: the sweep finds the queue."""


class ContactQueue:
    """The queues of one kind, each contact's; `clock` tells epoch seconds.

    `wake` is asked for somebody to process a contact's queue; an item's id is remembered for
    `seen_seconds`.
    """

    def __init__(
        self,
        redis: Any,
        cipher: Cipher,
        kind: str,
        wake: Wake = nobody,
        *,
        lease_seconds: float = CONTACT_SECONDS,
        seen_seconds: int = SEEN_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.redis = redis
        self.kind = kind
        self.store = QueueStore(redis, cipher, kind)
        self.due_queues = DueQueues(self.store, clock)
        self.dead_items = DeadItems(self.store, clock)
        self.wake = wake
        self.seen_seconds = seen_seconds
        self.clock = clock
        self.leases = Leases(redis, lease_seconds)

    # --- in ---

    def push(
        self,
        org: str,
        contact: str,
        item_id: str,
        item: Item,
        effects: Sequence[Effect] = (),
        *,
        is_accepted: bool = False,
    ) -> bool:
        """Put an item at the end of the contact's queue, for good; False if it was there before.

        `effects` take place with it, on the organisation's keys. Raises Overloaded when the
        contact's queue is full, unless the item `is_accepted`: moved here from another queue.
        """
        self.due_queues.list_organisation(org)
        _, queue, _, due = self.store.contact_keys(org, contact)
        pushed = PUSH.run(
            self.redis,
            [self.store.key(org, "seen", _digest(item_id)), queue, due, *effect_keys(effects)],
            [
                self.store.seal(org, contact, item),
                contact,
                self.clock() + GRACE_SECONDS,
                self.seen_seconds,
                "inf" if is_accepted else MAX_WAITING,
                *effect_arguments(effects),
            ],
        )
        if pushed < 0:
            raise Overloaded("too many messages of one contact wait")
        return bool(pushed)

    def filling(
        self, org: str, contact: str, items: Sequence[Item], *, is_taken: bool = False
    ) -> list[Effect]:
        """Effects that put items at the end of the contact's queue, for a script that stores more
        than them. `list_organisation` must have been called before, and somebody is to be woken
        (`is_taken`: the script takes the queue then)."""
        _, queue, _, due = self.store.contact_keys(org, contact)
        sealed = (self.store.seal(org, contact, item) for item in items)
        effects: list[Effect] = [("RPUSH", queue, *sealed)]
        if not is_taken:
            effects.append(("ZADD", due, "NX", self.clock() + GRACE_SECONDS, contact))
        return effects

    def bounding(self, org: str, contact: str) -> Effect:
        """The effect that drops what a contact's queue has no room for, the newest of it."""
        _, queue, _, _ = self.store.contact_keys(org, contact)
        return ("LTRIM", queue, 0, MAX_WAITING - 1)

    def taking(self, org: str, contact: str) -> Taking:
        keys = self.store.contact_keys(org, contact)
        place = QueuePlace(org, contact, keys, self.look_after)
        return Taking(place, new_token(), self.leases.milliseconds)

    def list_organisation(self, org: str) -> None:
        """List the organisation for the sweep."""
        self.due_queues.list_organisation(org)

    # --- out ---

    def drain(
        self, org: str, contact: str, handle: Handle, taken: HeldItem | None = None
    ) -> Drained:
        """Deal with the contact's items in order until none is left, from the one `taken` on.

        Returns at once where somebody else is at it. `handle` may raise Postpone or Abandon;
        any other exception counts as a failed try, is logged by type, and lets the queue rest.
        Where something is left for later, a wake-up is asked for.
        """
        drained = self._drain(taken or self._take(org, contact), handle)
        if drained.again_in is not None:
            self.wake_later(org, contact, drained.again_in)
        return drained

    def wake_later(self, org: str, contact: str, seconds: float = 0.0) -> None:
        """Ask for a wake-up. One that fails is not lost: the sweep finds the queue."""
        try:
            self.wake(org, contact, seconds)
        except Exception as failure:
            logger.warning(
                "a wake-up failed; the sweep will repeat it",
                extra={"organization_id": org, "cause": type(failure).__name__},
            )

    def _drain(self, held: HeldItem | None, handle: Handle) -> Drained:
        handled = 0
        if held is None:
            return Drained(0)
        lock, token = held.keys[0], held.token
        try:
            with self.leases.keeping(lock, token):
                while held is not None:
                    rest = self._deal(held, handle)
                    if rest is not None:
                        return Drained(handled, rest if rest >= 0 else None)
                    handled += 1
                    held = held.next
        except BaseException:
            self.leases.let_go(lock, token)
            raise
        return Drained(handled)

    def _deal(self, held: HeldItem, handle: Handle) -> float | None:
        """One item. None when it is done; else seconds to rest, negative if the lease is lost."""
        what = {"queue": self.kind, "organization_id": held.org, "tries": held.tries}
        try:
            if held.tries > MAX_TAKES:
                raise Abandon("processes died over it again and again")
            held.item = self.store.open(held.org, held.contact, held.sealed)
            handle(held)
        except Postpone as wish:
            return self._rest(held, wish.seconds, is_try=False)
        except LeaseLost:  # the lease itself may still be held: the item was removed otherwise
            self.leases.let_go(held.keys[0], held.token)
            return 0.0
        except Abandon as end:
            logger.warning("an item is put aside", extra={**what, "reason": end.reason})
            self.dead_items.bury(held, end.reason)
        except RedisError:
            raise  # the store itself is away: nothing is wrong with the item
        except Exception as failure:
            name = type(failure).__name__
            logger.warning("an item of a queue failed", extra={**what, "cause": name})
            if held.tries < MAX_TRIES and not held.is_dropped:
                return self._rest(held, BACKOFF.pause(held.tries), is_try=True)
            if not held.is_dropped:
                self.dead_items.bury(held, name)
        return None if held.is_dropped or self._drop(held) else -1.0

    def _drop(self, held: HeldItem) -> bool:
        is_ours, *head = NEXT.run(self.redis, held.keys, held.arguments)
        if is_ours:
            held.dropped(head[0] if head else None)
        return bool(is_ours)

    # --- looking after ---

    def sweep(self, count: int = 100) -> int:
        """Wake every contact whose queue nobody works on; how many there were."""
        woken = 0
        for org, contact in self.due(count):
            self.wake_later(org, contact)
            woken += 1
        return woken

    def due(self, count: int = 100) -> Iterator[tuple[str, str]]:
        """(organisation, contact) of queues that hold something which nobody seems to work on."""
        return self.due_queues.find(count)

    def waiting(self, org: str, contact: str) -> int:
        """How many items the contact's queue holds."""
        return int(self.redis.llen(self.store.contact_keys(org, contact)[1]))

    def dead(self, org: str, count: int = 100) -> list[DeadItem]:
        """The dead items, newest first."""
        return self.dead_items.newest(org, count)

    def held_of(self, org: str, contact: str) -> list[Item]:
        """What is held of a contact: what waits, oldest first, then dead items as `{"item",
        "reason", "at"}`. What no key opens is left out."""
        queue = self.store.contact_keys(org, contact)[1]
        found: list[Item] = []
        for sealed in self.redis.lrange(queue, 0, -1):
            with suppress(CannotDecrypt):
                found.append(self.store.open(org, contact, sealed))
        dead = self.dead_items.of_contact(org, contact)
        return found + [{"item": one.item, "reason": one.reason, "at": one.at} for one in dead]

    def forget(self, org: str, contact: str) -> Forgotten:
        """Remove everything stored about a contact, dead items included."""
        _, queue, tries, due = self.store.contact_keys(org, contact)
        pipe = self.redis.pipeline(transaction=True)
        pipe.llen(queue)
        pipe.unlink(queue, tries)
        pipe.zrem(due, contact)
        waiting = int(pipe.execute()[0])
        return Forgotten(waiting, self.dead_items.forget(org, contact))

    def forget_organisation(self, org: str) -> None:
        """Take a deleted organisation off the list for the sweep."""
        self.due_queues.forget_organisation(org)

    # --- inside ---

    def look_after(self) -> float:
        """When a queue that is being worked on was left by its holder."""
        return self.clock() + self.leases.seconds + GRACE_SECONDS

    def _take(self, org: str, contact: str) -> HeldItem | None:
        taking = self.taking(org, contact)
        return taking.taken(TAKE.run(self.redis, taking.keys, taking.arguments))

    def _rest(self, held: HeldItem, seconds: float, *, is_try: bool) -> float:
        """Leave the queue for a while; whoever comes before that finds the same head."""
        arguments: list[Argument] = [
            held.token,
            held.contact,
            self.clock() + seconds,
            int(is_try),
        ]
        return seconds if LEAVE.run(self.redis, held.keys, arguments) else -1.0


def _digest(item_id: str) -> str:
    """An id's part of a key: short, and without the phone number that Meta's ids contain."""
    return hashlib.blake2b(item_id.encode(), digest_size=16).hexdigest()
