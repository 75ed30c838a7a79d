"""Runs calls with a deadline, and turns a call that exceeds it into a job.

A call with a deadline starts in this process, beside the request. If it does not end in time it
becomes a job: its record is written before the caller is answered, and the call continues in
this process, so the provider is asked once. If this process dies, its lease expires and a worker
runs the job again. A call that asks for no immediate answer goes to a worker at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

from flowhook.errors import RateLimited, StoreFull
from flowhook.jobs.call import Call, new_job_id
from flowhook.jobs.job_runner import JobRunner
from flowhook.jobs.liveness import Liveness
from flowhook.jobs.queue import Queue
from flowhook.jobs.retry_until_available import AWAY, retry_until_available
from flowhook.jobs.store import RUN, Job, JobStore
from flowhook.limits.fair_shares import FairShares
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import Outcome
from flowhook.redis.fullness import Fullness, store_error

CLOSE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to a call that became a job, sent like an Outcome."""

    job_id: str
    ticket_id: str = ""  # of what waits in the inbox for a person
    status: ClassVar[int] = 202
    error: ClassVar[None] = None

    @property
    def answer(self) -> dict[str, Any]:
        pending = {"success": True, "status": "pending", "job_id": self.job_id}
        return {**pending, "ticket_id": self.ticket_id} if self.ticket_id else pending


class InlineRunner:
    """Answers calls within their time, or accepts them as jobs."""

    def __init__(
        self,
        store: JobStore,
        queue: Queue,
        liveness: Liveness,
        job_runner: JobRunner,
        run: Callable[[Call], Outcome],
        limit: int,
        fullness: Fullness,
    ) -> None:
        """Run `limit` calls of an organisation beside requests; further ones go to a worker."""
        self.store = store
        self.queue = queue
        self.liveness = liveness
        self.job_runner = job_runner
        self.run = run
        self.shares = FairShares(limit)
        self.fullness = fullness
        self._running: set[_Started] = set()

    def answer(self, call: Call, organisation: Organisation, seconds: float) -> Outcome | Accepted:
        """Return the outcome if the call ends within `seconds`, else the job it became."""
        deliveries = self.job_runner.deliveries_of(call, organisation)
        if seconds <= 0 or not self.shares.take(call.organization_id):
            return self._accept(call, deliveries)
        started = _Started(self, call)
        self._running.add(started)
        started.thread.start()
        outcome = started.wait(seconds)
        return outcome or self._convert(started, deliveries)

    def close(self) -> None:
        """Wait for the calls that run beside requests, within the master's time limit."""
        deadline = time.monotonic() + CLOSE_SECONDS
        for started in list(self._running):
            started.thread.join(max(0.0, deadline - time.monotonic()))

    def _accept(self, call: Call, deliveries: list[str]) -> Accepted:
        """Write the job and queue it, or do neither: a caller told of a failure retries."""
        self.fullness.check()
        job_id = new_job_id(call.organization_id)
        try:
            self.store.create(job_id, call, deliveries)
            self.queue.send(job_id, RUN)
        except AWAY as failure:
            self._forget(job_id)
            raise store_error(failure, "the service cannot reach its queue of jobs") from failure
        return Accepted(job_id)

    def _forget(self, job_id: str) -> None:
        with suppress(*AWAY):  # without a message it expires by itself
            self.store.forget(job_id)

    def _convert(self, started: _Started, deliveries: list[str]) -> Outcome | Accepted:
        """Write the job, then attach the running call to it."""
        call = started.call
        job_id = new_job_id(call.organization_id)
        try:
            self.fullness.check()
            holder = self.liveness.holder()
            job = self.store.create(job_id, call, deliveries, holder)
            self.queue.send(job_id, RUN, self.liveness.seconds)
        except (*AWAY, RateLimited, StoreFull):
            outcome = started.wait(None)  # a late answer is better than none
            self._forget(job_id)
            return outcome
        if started.become(job, holder):
            return Accepted(job_id)
        self._forget(job_id)  # the call ended in the meantime
        return started.wait(None)

    def _over(self, started: _Started, outcome: Outcome) -> None:
        """Finish the job of a call that has ended."""
        job = started.job
        if job is not None and self.job_runner.finish(job, started.holder, outcome):
            for step in job.deliveries():
                retry_until_available(lambda step=step: self.queue.send(job.id, step))  # type: ignore[misc]


class _Started:
    """A call running on a thread (a greenlet where gevent serves)."""

    def __init__(self, inline_runner: InlineRunner, call: Call) -> None:
        self.inline_runner = inline_runner
        self.call = call
        self.job: Job | None = None
        self.holder = ""
        self._outcome: Outcome | None = None
        self._lock = threading.Lock()
        self._done = threading.Event()
        self.thread = threading.Thread(target=self._work, name="deadline", daemon=True)

    def wait(self, seconds: float | None) -> Any:
        """Wait for the outcome; returns None after the time limit."""
        self._done.wait(seconds)
        return self._outcome

    def become(self, job: Job, holder: str) -> bool:
        """Attach the call to a job; returns False if the call has already ended."""
        with self._lock:
            if self._outcome is not None:
                return False
            self.job, self.holder = job, holder
            return True

    def _work(self) -> None:
        try:
            outcome = self.inline_runner.run(self.call)
            with self._lock:
                self._outcome = outcome
            self._done.set()
            self.inline_runner._over(self, outcome)
        finally:
            self._done.set()
            self.inline_runner._running.discard(self)
            self.inline_runner.shares.give_back(self.call.organization_id)
