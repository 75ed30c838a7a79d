"""Runs calls that a person answers: each is a job, parked until somebody does.

The function puts the question into the inbox under the job's own id, and the job is parked: no
message of the queue asks for it, so it occupies neither a thread nor a worker. Whoever brings the
answer completes the job, and its result is delivered like any other's. The caller may wait for the
answer a while before hearing of the job.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from flowhook.backoff import Backoff
from flowhook.jobs.call import Call, new_job_id
from flowhook.jobs.inline_runner import Accepted
from flowhook.jobs.job_runner import JobRunner
from flowhook.jobs.liveness import Liveness
from flowhook.jobs.retry_until_available import AWAY
from flowhook.jobs.store import JobStore
from flowhook.limits.fair_shares import FairShares
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import Outcome
from flowhook.redis.fullness import Fullness

LOOKS = Backoff(first_seconds=0.1, factor=1.5, longest_seconds=1.0)


class PersonRunner:
    """Answers calls with the job that waits for a person, or with the person's answer."""

    def __init__(
        self,
        store: JobStore,
        liveness: Liveness,
        job_runner: JobRunner,
        run: Callable[[Call], Outcome],
        limit: int,
        fullness: Fullness,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Half of an organisation's `limit` calls in flight may wait for people; others are told
        of their job at once."""
        self.store = store
        self.liveness = liveness
        self.job_runner = job_runner
        self.run = run
        self.shares = FairShares(max(1, limit // 2))
        self.fullness = fullness
        self.sleep = sleep

    def answer(self, call: Call, organisation: Organisation, seconds: float) -> Outcome | Accepted:
        """Return the outcome if a person answers within `seconds`, else the job.

        A call that failed before it asked anybody is no job. Raises RateLimited and StoreFull
        where there is no room for one.
        """
        deliveries = self.job_runner.deliveries_of(call, organisation)
        self.fullness.check()
        waits = seconds > 0 and self.shares.take(call.organization_id)
        try:
            came = self._ask(call, [] if waits else deliveries)
            if isinstance(came, Accepted) and waits:
                return self._wait(came, seconds, deliveries)
            return came
        finally:
            if waits:
                self.shares.give_back(call.organization_id)

    def _ask(self, call: Call, deliveries: Sequence[str]) -> Outcome | Accepted:
        """Write the job first, so that what is in the inbox always has one, then ask."""
        job_id, holder = new_job_id(call.organization_id), self.liveness.holder()
        self.store.create(job_id, call, deliveries, holder)
        outcome = self.run(replace(call, job_id=job_id))
        asked = job_of(call.organization_id, str(outcome.answer.get("ticket_id", "")))
        if outcome.waits and asked == job_id:
            self.store.park(job_id, holder)
            return Accepted(job_id, outcome.answer["ticket_id"])
        with suppress(*AWAY):  # nobody knows it, and it expires by itself
            self.store.forget(job_id)
        if not outcome.waits:
            return outcome
        if self.store.find(asked) is None:  # the same was asked before, by a call that was lost
            self.store.create(asked, call, deliveries)
        return Accepted(asked, outcome.answer["ticket_id"])

    def _wait(
        self, accepted: Accepted, seconds: float, deliveries: Sequence[str]
    ) -> Outcome | Accepted:
        """Wait for the answer; only who does not get it here has it delivered."""
        deadline = time.monotonic() + seconds
        pause = LOOKS.first_seconds
        while time.monotonic() < deadline and not self.store.has_run(accepted.job_id):
            self.sleep(min(pause, max(0.0, deadline - time.monotonic())))
            pause = LOOKS.after(pause)
        if deliveries and self.store.add_deliveries(accepted.job_id, deliveries):
            return accepted
        job = self.store.find(accepted.job_id)
        outcome = self.store.outcome_of(job) if job else None
        return outcome or accepted


def job_of(org: str, ticket_id: str) -> str:
    """The id of the job that waits for what the inbox has under this id."""
    return f"{org}.{ticket_id}"
