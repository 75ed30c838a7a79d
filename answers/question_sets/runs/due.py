"""Runs that are not over, by when somebody has to look after them: what a lost message leaves is
found here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowhook.batches import batches

DUE = "fh:runs"  # sorted set: runs that are not over, by when somebody has to look after them
REMOVED_AT_ONCE = 500


class DueRuns:
    """The runs of all organisations, by their names in the queue; `clock` tells epoch seconds."""

    def __init__(self, redis: Any, clock: Callable[[], float]) -> None:
        self.redis = redis
        self.clock = clock

    def add(self, job_id: str, at: float) -> None:
        """Note when (epoch seconds) a run has to be looked after, if nobody does before."""
        self.redis.zadd(DUE, {job_id: round(at, 3)})

    def done(self, job_id: str) -> None:
        """Note that nothing more has to be done for a run."""
        self.redis.zrem(DUE, job_id)

    def overdue(self, most: int = 100) -> list[str]:
        """Runs that nobody looked after in time."""
        found = self.redis.zrangebyscore(DUE, "-inf", self.clock(), start=0, num=most)
        return [raw.decode() for raw in found]

    def forget_organisation(self, org: str) -> None:
        """Remove a deleted organisation's runs."""
        names = (raw for raw, _ in self.redis.zscan_iter(DUE, f"{org}.*"))
        for some in batches(names, REMOVED_AT_ONCE):
            self.redis.zrem(DUE, *some)
