"""The times at which contacts are due: sorted sets, in shards that any process claims from.

An entry is a hint that something of a contact may be due, never the truth, which is the
contact's session: an entry too early costs one look, and whoever parks a session leaves its
entry here *before* the session is stored. So a crash anywhere can lose no wake-up. Reading what
is due costs the same with a million sleepers as with none.
"""

from __future__ import annotations

import math
import random
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from redis import Redis

from flowhook.redis.leases import CONTACT_SECONDS
from flowhook.redis.script import Script

SHARDS = 8
SAFE_MILLISECONDS = 10_000  # of a claim left, for its end to be told in time

DUE = [f"fh:wake:{{{shard}}}" for shard in range(SHARDS)]
CLAIMED = [f"{due}:claimed" for due in DUE]

CLAIM = Script(Path(__file__).parent / "lua" / "claim.lua")
DONE = Script(Path(__file__).parent / "lua" / "done.lua")


@dataclass(frozen=True, slots=True)
class WakeupClaim:
    """A contact to look at; `until` is when the claim ends by itself, in epoch milliseconds."""

    org: str
    contact: str
    until: int


class Wakeups:
    def __init__(self, redis: Any, lease_seconds: float = CONTACT_SECONDS) -> None:
        self.redis = redis
        self.lease_seconds = lease_seconds

    def add(self, org: str, contact: str, at: datetime) -> None:
        self.add_all(org, [contact], at)

    def add_all(self, org: str, contacts: Iterable[str], at: datetime) -> None:
        """Look at these contacts at this time; an earlier time that is set already stays."""
        by_shard: dict[int, list[str]] = {}
        for contact in contacts:
            by_shard.setdefault(_shard(org, contact), []).append(f"{org}|{contact}")
        for shard, entries in by_shard.items():
            scores = dict.fromkeys(entries, _milliseconds(at))
            self.redis.zadd(DUE[shard], scores, lt=True)

    def claim(self, now: datetime, most: int) -> list[WakeupClaim]:
        """Entries that are due, for this caller alone as long as the lease lasts."""
        found: list[WakeupClaim] = []
        moment = int(now.timestamp() * 1000)
        until = moment + int(self.lease_seconds * 1000)
        for keys in self._keys():
            if len(found) >= most:
                break
            for raw in CLAIM.run(self.redis, keys, [moment, until, most - len(found)]):
                org, _, contact = raw.decode().partition("|")
                found.append(WakeupClaim(org, contact, until))
        return found

    def _keys(self) -> list[list[str]]:
        """Pairs of due and claimed, those together that one script may look at: in a cluster each
        shard has its own place. Where there is always more to do, each shard has its turn."""
        first = random.randrange(SHARDS)
        pairs = [[DUE[shard], CLAIMED[shard]] for shard in (*range(first, SHARDS), *range(first))]
        return [[*chain(*pairs)]] if isinstance(self.redis, Redis) else pairs

    def done(self, claim: WakeupClaim, now: datetime) -> None:
        """The claimed entry was dealt with. Late in the claim it may be another's by the time that
        Redis is told."""
        key, entry = CLAIMED[_shard(claim.org, claim.contact)], f"{claim.org}|{claim.contact}"
        if claim.until - _milliseconds(now) > SAFE_MILLISECONDS:
            self.redis.zrem(key, entry)
        else:
            DONE.run(self.redis, [key], [claim.until, entry])


def _shard(org: str, contact: str) -> int:
    return zlib.crc32(f"{org}|{contact}".encode()) % SHARDS


def _milliseconds(at: datetime) -> int:
    """Epoch milliseconds, rounded up."""
    return math.ceil(at.timestamp() * 1000)
