"""Dead letters: deliveries that failed permanently, listed for the organisation's admin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson

from flowhook.errors import NotFound
from flowhook.jobs.call import organisation_of_job
from flowhook.jobs.queue import Queue
from flowhook.jobs.room import DEAD_SECONDS
from flowhook.jobs.store import DEAD, QUEUED, RUN, Job, JobStore
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key
from flowhook.timestamps import timestamp

MAX_DEAD = 1000


class DeadLetters:
    """The newest 1,000 dead letters of an organisation, kept for 30 days with their jobs."""

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
        name = _name(job.id, step)
        replies = write(
            self.store.redis,
            ("HSET", key, name, orjson.dumps(letter)),
            ("ZADD", order, self.clock(), name),
            ("EXPIRE", key, DEAD_SECONDS),
            ("EXPIRE", order, DEAD_SECONDS),
            ("ZRANGE", order, 0, -MAX_DEAD - 1),
        )
        if replies and replies[-1]:
            self._remove(job.organization_id, *replies[-1])

    def count(self, org: str) -> int:
        return int(self.store.redis.zcard(_keys(org)[1]))

    def page(self, org: str, count: int, cursor: str) -> tuple[list[dict[str, Any]], str | None]:
        """List `{"id", "step", "function", "reason", "tries", "at"}`, newest first, plus cursor."""
        key, order = _keys(org)
        start = int(cursor) if cursor else 0
        names = self.store.redis.zrevrange(order, start, start + count)
        found = self.store.redis.hmget(key, *names[:count]) if names else []
        letters = [orjson.loads(raw) for raw in found if raw]
        for letter in letters:
            letter["at"] = timestamp(datetime.fromtimestamp(letter["at"], UTC))
        return letters, str(start + count) if len(names) > count else None

    def replay(self, org: str, job_id: str) -> list[str]:
        """Retry a job's failed deliveries from the first pause; returns their steps."""
        steps = self._given_up(org, job_id)
        if not steps:
            raise NotFound("this organisation has no such dead letter, or it is too old by now")
        for step in steps:
            self.store.revive(job_id, step)
            self.queue.send(job_id, step)
        self._remove(org, *(_name(job_id, step) for step in steps))
        return steps

    def forget(self, job: Job) -> int:
        """Remove a job's dead letters; returns how many there were."""
        org = job.organization_id
        names = [_name(job.id, step) for step in (RUN, *job.deliveries())]
        return self._remove(org, *names)

    def _given_up(self, org: str, job_id: str) -> list[str]:
        """Return a job's steps with a dead letter; a queued one had its replay interrupted."""
        job = self.store.find(job_id) if organisation_of_job(job_id) == org else None
        if job is None:
            return []
        return [
            step
            for step in (RUN, *job.deliveries())
            if job.state(step) in (DEAD, QUEUED)
            and self.store.redis.hexists(_keys(org)[0], _name(job_id, step))
        ]

    def _remove(self, org: str, *names: Any) -> int:
        key, order = _keys(org)
        pipe = self.store.redis.pipeline(transaction=True)
        pipe.hdel(key, *names)
        pipe.zrem(order, *names)
        return int(pipe.execute()[0])


def _name(job_id: str, step: str) -> str:
    """The name of a letter, unique for each delivery of a job."""
    return f"{job_id} {step}"


def _keys(org: str) -> tuple[str, str]:
    """The Redis keys of the letters by name and of their names by time."""
    return org_key(org, "dead"), org_key(org, "dead", "order")
