"""Performs the steps of jobs: run the function, then deliver its result.

Several messages may ask for the same step, in any process: the first to claim it performs it,
and another takes over when the lease of a killed holder has expired. A message is acknowledged
to the queue only after the result of the step is in the store.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from typing import Protocol

from flowhook.backoff import Backoff
from flowhook.errors import ProviderError, ProviderTimeout
from flowhook.jobs.call import Call
from flowhook.jobs.dead import DeadLetters
from flowhook.jobs.liveness import Liveness
from flowhook.jobs.queue import Queue
from flowhook.jobs.retry_until_available import AWAY, retry_until_available
from flowhook.jobs.store import (
    DEAD,
    DONE,
    HELD,
    QUEUED,
    RUN,
    Job,
    JobStore,
)
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import Outcome

SECOND_LOOK_SECONDS = 2.0
BACKOFF = Backoff(first_seconds=2.0, factor=2, longest_seconds=30.0)
MAX_COSTLY_TRIES = 3
COSTLY = (ProviderTimeout, ProviderError)  # the provider may have charged
# Pauses before each further delivery attempt: seven hours in total.
DELIVERY_PAUSES_SECONDS = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0, 10_800.0)

logger = logging.getLogger(__name__)


class NotDelivered(Exception):
    """A failed delivery, with a reason safe to show; `final` if a retry cannot help."""

    def __init__(self, reason: str, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final


class Delivery(Protocol):
    """A way to deliver a job's result to its receiver."""

    def check(self, organisation: Organisation, call: Call) -> bool:
        """Tell whether a call asks for this delivery. Raises InvalidInput if it is impossible."""

    def deliver(self, job: Job, call: Call, outcome: Outcome) -> None:
        """Deliver the result. Raises NotDelivered if that fails."""


Task = Callable[[str, str], object]
"""Performs a message of its step: gets its job id, and who was suspected to be dead. It never
raises, and must be idempotent: a message whose worker was killed comes again."""


class JobRunner:
    """Runs jobs: `perform` handles a worker's message; `finish` also ends a web process's run.

    `patience_seconds`: how long from its creation a job waits for an unavailable provider.
    """

    def __init__(
        self,
        store: JobStore,
        queue: Queue,
        liveness: Liveness,
        dead: DeadLetters,
        run: Callable[[Call], Outcome],
        deliveries: Mapping[str, Delivery],
        patience_seconds: float,
        pauses_seconds: tuple[float, ...] = DELIVERY_PAUSES_SECONDS,
    ) -> None:
        self.store = store
        self.queue = queue
        self.liveness = liveness
        self.dead = dead
        self.run = run
        self.deliveries = deliveries
        self.patience_seconds = patience_seconds
        self.pauses_seconds = pauses_seconds
        self.tasks: dict[str, Task] = {}

    def perform(self, job_id: str, step: str, suspect: str = "") -> None:
        """Perform a step unless it is claimed; returns after its result is stored."""
        task = self.tasks.get(step)
        if task is not None:
            task(job_id, suspect)
            return
        holder = retry_until_available(self.liveness.holder)
        claim = retry_until_available(lambda: self.store.claim(job_id, step, holder))
        if claim.state == HELD and self._is_dead(job_id, step, claim.holder, suspect):
            claim = retry_until_available(
                lambda: self.store.claim(job_id, step, holder, dead=suspect)
            )
        if claim.job is not None:
            self._do(claim.job, step, holder)
        elif claim.state == DONE and step == RUN:
            self._deliver_all(retry_until_available(lambda: self.store.find(job_id)))

    def deliveries_of(self, call: Call, organisation: Organisation) -> list[str]:
        """Return the steps that deliver a call's result. Raises InvalidInput if one is
        impossible."""
        ways = self.deliveries.items()
        return [step for step, way in ways if way.check(organisation, call)]

    def complete(self, job_id: str, outcome_of: Callable[[Call], Outcome]) -> None:
        """Give a parked run its outcome and deliver it; one that has an outcome keeps it.

        Raises NotDelivered where the job is gone or not parked yet, and RedisError.
        """
        holder = self.liveness.holder()
        claim = self.store.claim(job_id, RUN, holder)
        if claim.state == HELD and not self.liveness.lives(claim.holder):
            claim = self.store.claim(job_id, RUN, holder, dead=claim.holder)
        if claim.state == HELD:
            raise NotDelivered("the call that asked is still being accepted")
        if claim.job is not None:
            self.store.finish(claim.job, holder, outcome_of(self.store.call_of(claim.job)))
        job = self.store.find(job_id)
        if job is None or job.state(RUN) != DONE:
            raise NotDelivered("the call that asked is gone", final=True)
        self._deliver_all(job)

    def finish(self, job: Job, holder: str, outcome: Outcome) -> bool:
        """Store a run's outcome, or queue it again if waiting may help; tells whether it ended."""
        pause = self._pause(job, outcome)
        if pause is None:
            return retry_until_available(lambda: self.store.finish(job, holder, outcome))
        retry_until_available(lambda: self.queue.send(job.id, RUN, pause))
        retry_until_available(lambda: self.store.settle(job.id, RUN, holder, QUEUED))
        return False

    def _is_dead(self, job_id: str, step: str, other: str, suspect: str) -> bool:
        """Tell whether a holder was dead at two checks; otherwise schedule another check."""
        lives = retry_until_available(lambda: self.liveness.lives(other))
        if not lives and suspect == other:
            return True
        delay = self.liveness.seconds if lives else SECOND_LOOK_SECONDS
        retry_until_available(lambda: self.queue.send(job_id, step, delay, "" if lives else other))
        return False

    def _do(self, job: Job, step: str, holder: str) -> None:
        try:
            if step != RUN:
                self._deliver(job, step, holder)
            elif self.finish(
                job, holder, self.run(retry_until_available(lambda: self.store.call_of(job)))
            ):
                self._deliver_all(job)
        except Exception:
            # After any error: the message must not be redelivered endlessly.
            logger.exception("a step of a job failed", extra={"job_id": job.id, "step": step})
            self._bury(job, step, holder, "an internal error; the log tells more")

    def _deliver_all(self, job: Job | None) -> None:
        if job is not None:
            for step in job.deliveries():
                self.perform(job.id, step)

    def _deliver(self, job: Job, step: str, holder: str) -> None:
        try:
            self._hand_over(job, step)
        except NotDelivered as failure:
            if failure.final or job.tries > len(self.pauses_seconds):
                self._bury(job, step, holder, failure.reason)
                return
            pause = self.pauses_seconds[job.tries - 1] * random.uniform(0.8, 1.2)
            retry_until_available(lambda: self.queue.send(job.id, step, pause))
            retry_until_available(lambda: self.store.settle(job.id, step, holder, QUEUED))
        else:
            retry_until_available(lambda: self.store.settle(job.id, step, holder, DONE))

    def _hand_over(self, job: Job, step: str) -> None:
        """Deliver the result; an unavailable store leads to a retry, not to a dead letter."""
        outcome = retry_until_available(lambda: self.store.outcome_of(job))
        if outcome is None:
            raise LookupError("a delivery without a result")
        call = retry_until_available(lambda: self.store.call_of(job))
        try:
            self.deliveries[step].deliver(job, call, outcome)
        except AWAY as failure:
            raise NotDelivered("the service could not reach its own store") from failure

    def _bury(self, job: Job, step: str, holder: str, reason: str) -> None:
        retry_until_available(lambda: self.dead.add(job, step, reason))
        retry_until_available(lambda: self.store.settle(job.id, step, holder, DEAD))

    def _pause(self, job: Job, outcome: Outcome) -> float | None:
        """Return the seconds until the next run, or None if the outcome is final."""
        error = outcome.error
        if error is None or not error.retryable:
            return None
        if isinstance(error, COSTLY) and job.tries >= MAX_COSTLY_TRIES:
            return None
        pause = max(BACKOFF.spread(job.tries), error.retry_after_seconds or 0.0)
        left = job.created + self.patience_seconds - self.store.clock()
        return pause if pause < left else None
