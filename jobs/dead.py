"""Dead letters: deliveries that were given up, listed for the organisation's admin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson

from errors import NotFound
from jobs.queue import Queue
from jobs.store import DEAD, DEAD_SECONDS, MAX_DEAD, Job, JobStore
from storage.keys import org_key
from timestamps import timestamp


class DeadLetters:
    """The newest 1,000 of an organisation, kept 30 days with their jobs."""

    def __init__(self, store: JobStore, queue: Queue) -> None:
        self.store = store
        self.queue = queue

    @property
    def clock(self) -> Callable[[], float]:
        return self.store.clock

    def add(self, job: Job, step: str, reason: str) -> None:
        letter = {
            "id": job.id,
            "step": step,
            "function": job.function,
            "reason": reason,
            "tries": job.tries,
            "at": self.clock(),
        }
        key, order = _keys(job.organization_id)
        pipe = self.store.redis.pipeline(transaction=True)
        pipe.hset(key, job.id, orjson.dumps(letter))
        pipe.zadd(order, {job.id: self.clock()})
        pipe.expire(key, DEAD_SECONDS)
        pipe.expire(order, DEAD_SECONDS)
        pipe.zrange(order, 0, -MAX_DEAD - 1)
        surplus = pipe.execute()[-1]
        if surplus:
            self._remove(job.organization_id, *surplus)

    def page(self, org: str, count: int, cursor: str) -> tuple[list[dict[str, Any]], str | None]:
        """Newest first: `{"id", "step", "function", "reason", "tries", "at"}`, and what follows."""
        key, order = _keys(org)
        start = int(cursor) if cursor else 0
        ids = self.store.redis.zrevrange(order, start, start + count)
        found = self.store.redis.hmget(key, *ids[:count]) if ids else []
        letters = [orjson.loads(raw) for raw in found if raw]
        for letter in letters:
            letter["at"] = timestamp(datetime.fromtimestamp(letter["at"], UTC))
        return letters, str(start + count) if len(ids) > count else None

    def replay(self, org: str, job_id: str) -> str:
        """Have a delivery tried again from its first pause on; the step."""
        raw = self.store.redis.hget(_keys(org)[0], job_id)
        if raw is None:
            raise NotFound("this organisation has no such dead letter")
        step = str(orjson.loads(raw)["step"])
        job = self.store.find(job_id)
        if job is None or job.state(step) != DEAD:
            raise NotFound("this dead letter is too old to be replayed")
        self.store.revive(job_id, step)
        self.queue.send(job_id, step)
        self._remove(org, job_id)
        return step

    def _remove(self, org: str, *ids: Any) -> None:
        key, order = _keys(org)
        pipe = self.store.redis.pipeline(transaction=True)
        pipe.hdel(key, *ids)
        pipe.zrem(order, *ids)
        pipe.execute()


def _keys(org: str) -> tuple[str, str]:
    """Each letter by job, and the jobs by time."""
    return org_key(org, "dead"), org_key(org, "dead", "order")
