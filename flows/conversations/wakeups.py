"""Schedules wake-ups of contacts: sorted sets by time, in shards that any process claims from.

An entry is a hint that something may be due; the contact's session decides. An entry that is too
early costs one look-up, and the entry of a parked session is added *before* the session is stored,
so no crash can lose a wake-up. Reading due entries costs the same with a million waiting contacts
as with none.
"""

from __future__ import annotations

import math
import random
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from redis import Redis

from flowhook.batches import batches
from flowhook.redis.leases import CONTACT_SECONDS
from flowhook.redis.script import Script

SHARDS = 8
SAFE_MILLISECONDS = 10_000  # left of a claim, to remove it without a check

DUE = [f"fh:wake:{{{shard}}}" for shard in range(SHARDS)]
CLAIMED = [f"{due}:claimed" for due in DUE]

CLAIM = Script(Path(__file__).parent / "lua" / "claim.lua")
FORWARD = Script(Path(__file__).parent / "lua" / "forward.lua")
DONE = Script(Path(__file__).parent / "lua" / "done.lua")


@dataclass(frozen=True, slots=True)
class WakeupClaim:
    """A claimed contact; `until` is when the claim expires, in epoch milliseconds."""

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
        """Schedule a wake-up of these contacts; an earlier time that is set already stays."""
        by_shard: dict[int, list[str]] = {}
        for contact in contacts:
            by_shard.setdefault(_shard(org, contact), []).append(f"{org}|{contact}")
        for shard, entries in by_shard.items():
            scores = dict.fromkeys(entries, _milliseconds(at))
            self.redis.zadd(DUE[shard], scores, lt=True)

    def claim(self, now: datetime, most: int) -> list[WakeupClaim]:
        """Claim at most `most` due entries, for this caller alone until the lease expires."""
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

    def bring_forward(self, now: datetime, seconds: float) -> None:
        """Make due what would be within the next `seconds`, and let no claim last longer than
        one that is made now."""
        times = (0.0, seconds, self.lease_seconds)
        moments = [_milliseconds(now + timedelta(seconds=one)) for one in times]
        for due, claimed in zip(DUE, CLAIMED, strict=True):
            FORWARD.run(self.redis, [due, claimed], moments)

    def _keys(self) -> list[list[str]]:
        """Return the keys of due and claimed entries, grouped by the script calls that use them.

        In a cluster each shard has its own slot and needs its own call. The first shard is random,
        so that under constant load no shard is always last.
        """
        first = random.randrange(SHARDS)
        pairs = [[DUE[shard], CLAIMED[shard]] for shard in (*range(first, SHARDS), *range(first))]
        return [[*chain(*pairs)]] if isinstance(self.redis, Redis) else pairs

    def done(self, claim: WakeupClaim, now: datetime) -> None:
        """Remove a claimed entry after it was processed.

        Near its end the claim may pass to another process, so a script checks it then.
        """
        key, entry = CLAIMED[_shard(claim.org, claim.contact)], f"{claim.org}|{claim.contact}"
        if claim.until - _milliseconds(now) > SAFE_MILLISECONDS:
            self.redis.zrem(key, entry)
        else:
            DONE.run(self.redis, [key], [claim.until, entry])

    def forget(self, org: str, contact: str) -> int:
        """Remove a contact's wake-ups; returns how many there were."""
        shard, entry = _shard(org, contact), f"{org}|{contact}"
        return sum(int(self.redis.zrem(keys[shard], entry)) for keys in (DUE, CLAIMED))

    def forget_organisation(self, org: str) -> None:
        """Remove the wake-ups of a deleted organisation's contacts."""
        for key in (*DUE, *CLAIMED):
            entries = (entry for entry, _ in self.redis.zscan_iter(key, f"{org}|*", 1000))
            for some in batches(entries, 500):
                self.redis.zrem(key, *some)


def _shard(org: str, contact: str) -> int:
    return zlib.crc32(f"{org}|{contact}".encode()) % SHARDS


def _milliseconds(at: datetime) -> int:
    """Return the time in epoch milliseconds, rounded up so as never to be too early."""
    return math.ceil(at.timestamp() * 1000)
