"""The job worker's watch, without a worker: what a machine does to it."""

from __future__ import annotations

import errno
import os

import pytest

from service import job_worker
from service.job_worker import JobWorker
from tests.waiting import wait_for


def test_a_worker_that_cannot_be_started_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    starts: list[int] = []

    def spawn() -> int:
        starts.append(1)
        if len(starts) == 1:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return os.posix_spawn("/bin/sleep", ["sleep", "60"], {}, setpgroup=0)

    monkeypatch.setattr(job_worker, "_spawn", spawn)
    worker = JobWorker()
    worker.start()
    wait_for(lambda: len(starts) == 2, "the second start")
    worker.end()
    assert len(starts) == 2
