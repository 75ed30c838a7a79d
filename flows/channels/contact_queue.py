"""A durable queue a contact: what goes in comes out in order, one at a time, none twice at once.

Inbox and outbox are lanes. Whoever drains a contact's lane holds its lease; a process that dies
lets it lapse, and whoever comes next goes on with the item that was being worked on. An item
leaves the lane only when it was dealt with, so each is dealt with at least once, and twice only
if a crash fell between the deed and its record. An item that fails again and again is put aside
among the dead, so that it cannot block its contact for ever.

Every lane that holds something stands in its organisation's index with the time to look after
it: `due` finds those nobody drains, so a lost wake-up delays an item and never loses it. Items
are sealed at rest. All keys of an organisation share one slot; the scripts are atomic.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from redis.exceptions import RedisError

from flowhook.errors import Overloaded
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.keys import org_key
from flowhook.redis.leases import Leases
from flowhook.redis.script import Argument, Script

FOLDER = Path(__file__).parent / "lua"
PUSH, TAKE, DROP, LEAVE = (
    Script(FOLDER / f"{name}.lua") for name in ("push", "take", "drop", "leave")
)

LEASE_SECONDS = 30.0
GRACE_SECONDS = 5.0  # how long a wake-up may take before the sweep looks after a lane
WOKEN_SECONDS = 30.0
MAX_WAITING = 1_000  # items of one contact
MAX_TRIES = 8  # over about two minutes
MAX_TAKES = 25  # of one item, processes that died over it counted
MAX_DEAD = 1_000
SEEN_SECONDS = 8 * 24 * 3600  # longer than the seven days for which Meta repeats deliveries
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
REMEMBER_SECONDS = 60.0
ASKED_AT_ONCE = 200  # organisations in one round trip

logger = logging.getLogger(__name__)

Item = Mapping[str, Any]
Handle = Callable[[Item], None]


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


@dataclass(frozen=True, slots=True)
class Drained:
    """`handled` items left the lane; `again_in` seconds it wants to be drained, if ever."""

    handled: int
    again_in: float | None = None


@dataclass(frozen=True, slots=True)
class DeadItem:
    """An item that was put aside."""

    contact: str
    at: float
    reason: str
    item: Item


class ContactQueue:
    """All lanes of one kind; `clock` tells epoch seconds. An item's id is remembered for
    `seen_seconds`."""

    def __init__(
        self,
        redis: Any,
        cipher: Cipher,
        kind: str,
        *,
        lease_seconds: float = LEASE_SECONDS,
        seen_seconds: int = SEEN_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.redis = redis
        self.cipher = cipher
        self.kind = kind
        self.seen_seconds = seen_seconds
        self.clock = clock
        self.leases = Leases(redis, lease_seconds)
        self._remembered: dict[str, float] = {}

    # --- in ---

    def push(self, org: str, contact: str, item_id: str, item: Item) -> bool:
        """Put an item at the end of the contact's lane, for good; False if it was there before.

        Raises Overloaded when the contact's lane is full.
        """
        self._remember(org)
        pushed = PUSH.run(
            self.redis,
            [
                self._key(org, "seen", _digest(item_id)),
                self._key(org, "lane", contact),
                self._key(org, "due"),
            ],
            [
                self.cipher.seal(org, self._purpose(contact), orjson.dumps(item)),
                contact,
                self.clock() + GRACE_SECONDS,
                self.seen_seconds,
                MAX_WAITING,
            ],
        )
        if pushed < 0:
            raise Overloaded("too many messages of one contact wait")
        return bool(pushed)

    # --- out ---

    def drain(self, org: str, contact: str, handle: Handle) -> Drained:
        """Deal with the contact's items in order until none is left.

        Returns at once where somebody else is at it. `handle` may raise Postpone or Abandon;
        any other exception counts as a failed try, is logged by type, and lets the lane rest.
        """
        handled = 0
        with self.leases.holding(self._key(org, "lock", contact)) as token:
            while token is not None:
                tries, sealed = self._head(org, contact, token)
                if sealed is None:
                    break
                rest = self._deal(org, contact, token, tries, sealed, handle)
                if rest is not None:
                    return Drained(handled, rest if rest >= 0 else None)
                handled += 1
        return Drained(handled)

    def _deal(
        self, org: str, contact: str, token: str, tries: int, sealed: bytes, handle: Handle
    ) -> float | None:
        """One item. None when it is done; else seconds to rest, negative if the lease is lost."""
        try:
            if tries > MAX_TAKES:
                raise Abandon("processes died over it again and again")
            handle(self._open(org, contact, sealed))
        except Postpone as wish:
            return self._rest(org, contact, token, wish.seconds, is_try=False)
        except Abandon as end:
            what = {"lane": self.kind, "organization_id": org, "reason": end.reason}
            logger.warning("an item of a lane is put aside", extra=what)
            self._bury(org, contact, sealed, end.reason)
        except RedisError:
            raise  # the store itself is away: nothing is wrong with the item
        except Exception as failure:
            name = type(failure).__name__
            logger.warning(
                "an item of a lane failed",
                extra={"lane": self.kind, "organization_id": org, "cause": name, "tries": tries},
            )
            if tries < MAX_TRIES:
                pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (tries - 1))
                return self._rest(org, contact, token, pause, is_try=True)
            self._bury(org, contact, sealed, name)
        return None if self._done(org, contact, token, sealed) else -1.0

    # --- looking after ---

    def due(self, count: int = 100) -> Iterator[tuple[str, str]]:
        """(organisation, contact) of lanes that hold something which nobody seems to work on, at
        most `count` of an organisation. They are due again in half a minute, so that a busy queue
        is not filled with the same wake-ups."""
        orgs = (org.decode() for org in self.redis.sscan_iter(self._index()))
        while some := list(islice(orgs, ASKED_AT_ONCE)):
            now = self.clock()
            pipe = self.redis.pipeline(transaction=False)
            for org in some:
                pipe.zrangebyscore(self._key(org, "due"), "-inf", now, 0, count)
            for org, found in zip(some, pipe.execute(), strict=True):
                contacts = [raw.decode() for raw in found]
                if contacts:
                    again = dict.fromkeys(contacts, now + WOKEN_SECONDS)
                    self.redis.zadd(self._key(org, "due"), again, xx=True, gt=True)
                yield from ((org, contact) for contact in contacts)

    def waiting(self, org: str, contact: str) -> int:
        """How many items the contact's lane holds."""
        return int(self.redis.llen(self._key(org, "lane", contact)))

    def dead(self, org: str, count: int = 100) -> list[DeadItem]:
        """Items put aside, the newest first."""
        found = self.redis.lrange(self._key(org, "dead"), 0, count - 1)
        return [self._read_dead(org, raw) for raw in found]

    def forget(self, org: str, contact: str) -> None:
        """Remove all that is kept of a contact, the dead included."""
        keys = self._lane_keys(org, contact)
        self.redis.unlink(*keys[1:3])
        self.redis.zrem(keys[3], contact)
        dead = self._key(org, "dead")
        for raw in self.redis.lrange(dead, 0, -1):
            try:
                is_theirs = self._read_dead(org, raw).contact == contact
            except CannotDecrypt:
                continue  # nobody can read it, whose ever it is
            if is_theirs:
                self.redis.lrem(dead, 0, raw)

    # --- inside ---

    def _open(self, org: str, contact: str, sealed: bytes) -> Item:
        item: Item = orjson.loads(self.cipher.open(org, self._purpose(contact), sealed))
        return item

    def _read_dead(self, org: str, sealed: bytes) -> DeadItem:
        return DeadItem(**orjson.loads(self.cipher.open(org, f"{self.kind}:dead", sealed)))

    def _head(self, org: str, contact: str, token: str) -> tuple[int, bytes | None]:
        look_after = self.clock() + self.leases.seconds + GRACE_SECONDS
        found = TAKE.run(self.redis, self._lane_keys(org, contact), [token, contact, look_after])
        return (int(found[0]), found[1]) if found else (0, None)

    def _done(self, org: str, contact: str, token: str, sealed: bytes) -> bool:
        return bool(DROP.run(self.redis, self._lane_keys(org, contact), [token, sealed]))

    def _rest(self, org: str, contact: str, token: str, seconds: float, *, is_try: bool) -> float:
        """Leave the lane for a while; whoever drains it before finds the same head."""
        arguments: list[Argument] = [token, contact, self.clock() + seconds, int(is_try)]
        kept = LEAVE.run(self.redis, self._lane_keys(org, contact), arguments)
        return seconds if kept else -1.0

    def _bury(self, org: str, contact: str, sealed: bytes, reason: str) -> None:
        try:
            item = self._open(org, contact, sealed)
        except CannotDecrypt:
            item = {}  # it must not block those behind it
        dead = {"contact": contact, "at": self.clock(), "reason": reason, "item": item}
        pipe = self.redis.pipeline(transaction=True)
        key = self._key(org, "dead")
        pipe.lpush(key, self.cipher.seal(org, f"{self.kind}:dead", orjson.dumps(dead)))
        pipe.ltrim(key, 0, MAX_DEAD - 1)
        pipe.execute()

    def _remember(self, org: str) -> None:
        """List the organisation for the sweep; told again each minute, in case it was lost."""
        now = time.monotonic()
        if self._remembered.get(org, 0.0) < now:
            self.redis.sadd(self._index(), org)
            self._remembered[org] = now + REMEMBER_SECONDS

    def _lane_keys(self, org: str, contact: str) -> list[str]:
        parts = ("lock", "lane", "tries")
        return [*(self._key(org, part, contact) for part in parts), self._key(org, "due")]

    def _key(self, org: str, *parts: str) -> str:
        return org_key(org, self.kind, *parts)

    def _index(self) -> str:
        return f"fh:{self.kind}:orgs"

    def _purpose(self, contact: str) -> str:
        return f"{self.kind}:{contact}"


def _digest(item_id: str) -> str:
    """An id's part of a key: short, and without the phone number that Meta's ids contain."""
    return hashlib.blake2b(item_id.encode(), digest_size=16).hexdigest()
