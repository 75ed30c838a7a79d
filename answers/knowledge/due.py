"""Documents that somebody has to read, by when: what a killed worker leaves is found here."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from answers.knowledge.sealing import DocumentPlace
from flowhook.batches import batches

DUE = "fh:knowledge"  # sorted set: documents that are to be read, by when somebody has to look
LISTED = 5000  # of those that wait: how many are looked at for the next one


class DueDocuments:
    """The documents of all organisations that wait; a document is named `<org>.<base>.<id>`."""

    def __init__(self, redis: Any, clock: Callable[[], float] = time.time) -> None:
        self.redis = redis
        self.clock = clock

    def add(self, place: DocumentPlace, seconds: float = 0.0) -> None:
        """Have a document looked at in so many seconds, whatever was noted of it."""
        self.redis.zadd(DUE, {job_of(place): self.clock() + seconds})

    def done(self, place: DocumentPlace) -> None:
        self.redis.zrem(DUE, job_of(place))

    def waiting(self, count: int = LISTED, start: int = 0) -> list[DocumentPlace]:
        """The documents that should be looked at now, the longest overdue first; `start` of them
        are passed over."""
        found = self.redis.zrangebyscore(DUE, "-inf", self.clock(), start=start, num=count)
        return [place_of(raw.decode()) for raw in found]

    def next(self) -> DocumentPlace | None:
        """The document that is read next: the oldest of any one of the organisations that wait,
        so that one with a thousand does not keep the others from theirs. Of more than LISTED, those
        from a random place on are looked at."""
        more = self.redis.zcount(DUE, "-inf", self.clock()) - LISTED
        first: dict[str, DocumentPlace] = {}
        for place in self.waiting(LISTED, random.randint(0, max(0, more))):
            first.setdefault(place.org, place)
        return random.choice(list(first.values())) if first else None

    def forget_organisation(self, org: str) -> None:
        """Remove a deleted organisation's documents."""
        names = (raw for raw, _ in self.redis.zscan_iter(DUE, f"{org}.*"))
        for some in batches(names, LISTED):
            self.redis.zrem(DUE, *some)


def job_of(place: DocumentPlace) -> str:
    """The job id of a document's reading.

    >>> job_of(place_of("acme.b1.d1"))
    'acme.b1.d1'
    """
    return f"{place.org}.{place.base}.{place.doc}"


def place_of(job_id: str) -> DocumentPlace:
    return DocumentPlace(*job_id.split("."))
