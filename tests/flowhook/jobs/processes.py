"""Processes that share a store and a queue, for tests that kill them."""

from __future__ import annotations

from typing import Any

from flowhook.jobs.call import Call, new_job_id
from flowhook.jobs.dead import DeadLetters
from flowhook.jobs.job_runner import JobRunner
from flowhook.jobs.liveness import Liveness
from flowhook.jobs.store import CALLBACK, GLIFIC, Job, JobStore
from flowhook.organisations.cipher import Cipher
from flowhook.outcome import Outcome
from tests.fixtures_app import FIRST_KEY

CALL = Call("acme", "chat", {"question": "Why?"}, "request-1", "token-1", "http://here")


class ListedQueue:
    """A queue that a test empties by hand."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, float, str]] = []

    def send(self, job_id: str, step: str, delay_seconds: float = 0.0, suspect: str = "") -> None:
        self.sent.append((job_id, step, delay_seconds, suspect))


class Process:
    """One process's performer; `killed` is what SIGKILL does to its lease."""

    def __init__(self, redis: Any, queue: ListedQueue, patience_seconds: float = 600) -> None:
        self.ran: list[Call] = []
        self.delivered: list[str] = []
        self.failures: list[Exception] = []  # of the next deliveries, in order
        self.outcome = Outcome(200, {"success": True, "answer": "Because."}, "answer")
        self.store = JobStore(redis, Cipher([FIRST_KEY]))
        self.liveness = Liveness(redis)
        self.job_runner = JobRunner(
            self.store,
            queue,
            self.liveness,
            DeadLetters(self.store, queue),
            self._run,
            {CALLBACK: self, GLIFIC: self},
            patience_seconds,
        )

    def check(self, organisation: Any, call: Call) -> bool:
        return True

    def deliver(self, job: Job, call: Call, outcome: Outcome) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.delivered.append(job.id)

    def hold(self) -> tuple[Job, str]:
        """A job that this process runs, and by which name it holds it."""
        holder = self.liveness.holder()
        return self.store.create(new_job_id("acme"), CALL, [CALLBACK], holder), holder

    def killed(self) -> None:
        self.liveness.close()

    def _run(self, call: Call) -> Outcome:
        self.ran.append(call)
        return self.outcome
