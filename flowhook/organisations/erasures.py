"""Erasures of contacts that are under way, or were a while ago.

An erasure is noted, sealed, before it begins. Some minutes later, when all calls that were under
way have ended, a worker looks once more: it removes what these left, or finishes what a process
that died has begun.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import orjson
from redis.exceptions import OutOfMemoryError

from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key
from flowhook.redis.minute_sweep import Look, MinuteSweep

ERASURES = "fh:erasures"
"""Sorted set: "<org>.<erasure>", by when somebody looks again."""
LAST_LOOK_SECONDS = 300.0  # longer than any call, and than an erasure takes
KEPT_SECONDS = 86_400  # where no worker looks
AT_ONCE = 100

Perform = Callable[[str, str, float, bool], object]
"""(organisation, contact, epoch seconds, whether it was done): looks once more after an erasure."""

logger = logging.getLogger(__name__)


def nothing(org: str, contact: str, at: float, is_done: bool) -> None:
    """Look after nothing."""


class Erasures(MinuteSweep):
    """The sweep that looks after erasures; `clock` tells epoch seconds."""

    WHAT = "erasures"
    LOOK_KEY = "fh:erasures:look"
    RUN_KEY = "fh:erasures:run"

    def __init__(self, redis: Any, cipher: Cipher, clock: Callable[[], float] = time.time) -> None:
        super().__init__(redis)
        self.cipher = cipher
        self.clock = clock
        self.perform: Perform = nothing

    def begin(self, org: str, contact: str, at: float) -> str:
        """Note an erasure; returns its number. `at` in epoch seconds."""
        number = secrets.token_hex(8)
        self._note(org, number, contact, at, is_done=False)
        return number

    def done(self, org: str, number: str, contact: str, at: float) -> None:
        """Note that an erasure has removed everything."""
        self._note(org, number, contact, at, is_done=True)

    def wanting(self) -> Iterator[tuple[str, Look]]:
        found = self.redis.zrange(
            ERASURES, "-inf", self.clock(), byscore=True, offset=0, num=AT_ONCE
        )
        for raw in found:
            org, _, number = raw.decode().partition(".")
            yield org, partial(self._look_after, number)

    def _note(self, org: str, number: str, contact: str, at: float, *, is_done: bool) -> None:
        noted = orjson.dumps([contact, at, is_done])
        sealed = self.cipher.seal(org, _purpose(number), noted)
        try:
            self.redis.zadd(ERASURES, {f"{org}.{number}": self.clock() + LAST_LOOK_SECONDS})
            write(self.redis, ("SET", _key(org, number), sealed, "EX", KEPT_SECONDS))
        except OutOfMemoryError:  # a full store is made room in
            logger.warning("an erasure is not looked after", extra={"organization_id": org})

    def _look_after(self, number: str, org: str) -> None:
        sealed = self.redis.get(_key(org, number))
        try:
            noted = orjson.loads(self.cipher.open(org, _purpose(number), sealed or b""))
        except CannotDecrypt:  # it lapsed, the organisation is gone, or so is the key
            noted = None
        if noted is not None:
            self.perform(org, *noted)
        self.redis.unlink(_key(org, number))
        self.redis.zrem(ERASURES, f"{org}.{number}")

    def forget_organisation(self, org: str) -> None:
        """Take a deleted organisation's erasures off the list."""
        for raw, _ in self.redis.zscan_iter(ERASURES, f"{org}.*", 1000):
            self.redis.zrem(ERASURES, raw)


def _key(org: str, number: str) -> str:
    return org_key(org, "erasure", number)


def _purpose(number: str) -> str:
    return f"erasure {number}"
