"""Finds queues that hold something and that nobody works on, since a wake-up can be lost.

Every queue that holds something is in its organisation's index with the time to look after it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import islice

from flows.channels.queue_store import QueueStore

GRACE_SECONDS = 5.0  # how long a wake-up may take before the sweep looks after a queue
WOKEN_SECONDS = 30.0
LISTED_SECONDS = 60.0
ASKED_AT_ONCE = 200  # organisations in one round trip


class DueQueues:
    """The queues of one kind that are due; `clock` tells epoch seconds."""

    def __init__(self, store: QueueStore, clock: Callable[[], float]) -> None:
        self.store = store
        self.clock = clock
        self._listed: dict[str, float] = {}

    def list_organisation(self, org: str) -> None:
        """List the organisation for the sweep; told again each minute, in case it was lost."""
        now = time.monotonic()
        if self._listed.get(org, 0.0) < now:
            self.store.redis.sadd(self.store.organisations_key(), org)
            self._listed[org] = now + LISTED_SECONDS

    def forget_organisation(self, org: str) -> None:
        """Take a deleted organisation off the list for the sweep."""
        self.store.redis.srem(self.store.organisations_key(), org)
        self._listed.pop(org, None)

    def find(self, count: int) -> Iterator[tuple[str, str]]:
        """(organisation, contact) of queues that hold something which nobody seems to work on, at
        most `count` of an organisation. They are due again in half a minute, so that a busy worker
        is not asked for the same again and again."""
        redis, store = self.store.redis, self.store
        orgs = (org.decode() for org in redis.sscan_iter(store.organisations_key()))
        while some := list(islice(orgs, ASKED_AT_ONCE)):
            now = self.clock()
            pipe = redis.pipeline(transaction=False)
            for org in some:
                pipe.zrangebyscore(store.key(org, "due"), "-inf", now, 0, count)
            for org, found in zip(some, pipe.execute(), strict=True):
                contacts = [raw.decode() for raw in found]
                if contacts:
                    again = dict.fromkeys(contacts, now + WOKEN_SECONDS)
                    redis.zadd(store.key(org, "due"), again, xx=True, gt=True)
                yield from ((org, contact) for contact in contacts)
