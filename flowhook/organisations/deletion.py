"""Deleting an organisation so that nothing of it comes back.

A mark stands under its own keys for an hour: every script that would write there looks at it, so
what was in flight leaves nothing behind. Indices that name organisations are cleared by those who
keep them. A quarter of an hour later, when all that was in flight has ended, a worker looks for
everything once more. Creating the organisation again removes the mark in the same step.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from redis.exceptions import OutOfMemoryError

from flowhook.batches import batches
from flowhook.errors import NotFound
from flowhook.redis.keys import DELETED, ORGANISATIONS, gone_key, scan_organisation
from flowhook.redis.script import Script

GONE_SECONDS = 3600
LAST_LOOK_SECONDS = 900.0  # longer than any call, turn or run of a job
AT_ONCE = 500

REMOVE = Script(Path(__file__).with_name("remove.lua"), gone=None)

Forget = Callable[[str], object]
"""Removes an organisation's name from an index."""


class Deletion:
    """Deletes organisations; `clock` tells epoch seconds."""

    def __init__(self, redis: Any, clock: Callable[[], float] = time.time) -> None:
        self.redis = redis
        self.clock = clock
        self._indices: list[Forget] = []

    def add_indices(self, *indices: Forget) -> None:
        """Have each called for a deleted organisation, twice."""
        self._indices += indices

    def delete(self, org: str) -> None:
        """Remove everything an organisation owns. Raises NotFound if it owns nothing."""
        keys = (key for key in scan_organisation(self.redis, org) if key != gone_key(org).encode())
        if next(keys, None) is None and self.redis.zscore(ORGANISATIONS, org) is None:
            raise NotFound(f"there is no organisation {org}")
        try:
            self._mark(org)
        except OutOfMemoryError:  # a full store makes room first
            for some in batches(scan_organisation(self.redis, org), AT_ONCE):
                self.redis.unlink(*some)
            self._mark(org)
        self._remove(org)

    def look_again(self) -> None:
        """Remove what came back of organisations that were deleted a while ago."""
        for raw in self.redis.zrangebyscore(DELETED, "-inf", self.clock()):
            org = raw.decode()
            if self.redis.exists(gone_key(org)):
                self._remove(org)
            self.redis.zrem(DELETED, org)

    def _mark(self, org: str) -> None:
        self.redis.set(gone_key(org), b"1", ex=GONE_SECONDS)
        self.redis.zadd(DELETED, {org: self.clock() + LAST_LOOK_SECONDS})

    def _remove(self, org: str) -> None:
        mark = gone_key(org)
        keys = (key.decode() for key in scan_organisation(self.redis, org))
        for some in batches((key for key in keys if key != mark), AT_ONCE):
            REMOVE.run(self.redis, some, [])
        self.redis.zrem(ORGANISATIONS, org)
        for forget in self._indices:
            forget(org)
