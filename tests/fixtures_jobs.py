"""A service with a worker in this process: `jobs`, and the fakes that wait for results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from flowhook.jobs.services import JobServices
from tests.fakes.glific import FakeGlific
from tests.fakes.receiver import Receiver
from tests.fixtures_app import PHRASE, Answer, OpenService, Service
from tests.waiting import wait_for


class JobsService:
    """A service, its desk, and workers to start and stop."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.job_services: JobServices = service.app.extensions[JobServices.NAME]
        self._worker: Any = None

    def start_worker(self, threads: int = 4) -> None:
        self._worker = self.job_services.queue.worker(self.job_services.job_runner.perform, threads)
        self._worker.start()

    def stop_worker(self) -> None:
        if self._worker is not None:
            self._worker.stop(timeout=10_000)
            self._worker = None

    def accept(self, function: str, body: dict[str, Any], **more: Any) -> str:
        """The id of the job a call becomes."""
        answer = self.service.call(function, body, **more)
        assert answer.status == 202, answer.body
        assert answer.json == {
            "success": True,
            "status": "pending",
            "job_id": answer.json["job_id"],
        }
        return str(answer.json["job_id"])

    def show(self, job_id: str) -> dict[str, Any]:
        shown: Answer = self.service.request(
            "GET", f"/jobs/{job_id}", token=self.service.tenant.webhook_token
        )
        assert shown.status == 200, shown.body
        return shown.json

    def wait(self, job_id: str, seconds: float = 10.0) -> dict[str, Any]:
        """The job once it is over."""
        wait_for(
            lambda: self.show(job_id)["status"] in ("done", "failed"), "the job", seconds=seconds
        )
        return self.show(job_id)

    def wait_delivered(self, job_id: str, step: str, state: str = "done") -> None:
        wait_for(lambda: self.show(job_id)["deliveries"].get(step) == state, f"{step} {state}")

    def sign(self) -> None:
        """Give the organisation its phrase."""
        org = self.service.tenant.id
        body = {"phrase": PHRASE}
        assert self.service.operator("PUT", f"/settings/{org}/signature", body).status == 201


@pytest.fixture
def jobs_unattended(open_service: OpenService, fake_redis: redis.Redis) -> JobsService:
    """Jobs with no worker yet."""
    return JobsService(open_service(fake_redis, allow_private_urls=("127.0.0.1",)))


@pytest.fixture
def jobs(jobs_unattended: JobsService) -> Iterator[JobsService]:
    """Jobs with a worker on four threads."""
    jobs_unattended.start_worker()
    yield jobs_unattended
    jobs_unattended.stop_worker()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as fake:
        yield fake


@pytest.fixture
def glific() -> Iterator[FakeGlific]:
    with FakeGlific() as fake:
        yield fake
