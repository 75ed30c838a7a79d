"""The job worker's watch: what a machine does to a worker."""

from __future__ import annotations

import errno
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from service import job_worker
from service.heartbeat import Pulse
from service.job_worker import JobWorker
from tests.service.server import ROOT, Server
from tests.waiting import wait_for

STOP = int(signal.SIGSTOP)


def test_a_worker_that_cannot_be_started_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    starts: list[int] = []

    def spawn(_heartbeat: int) -> int:
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


def test_a_worker_that_is_stuck_is_killed_and_another_started(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The first beats once and is then stopped, as by a debugger or a frozen disk."""
    pids: list[int] = []

    def spawn(heartbeat: int) -> int:
        code = f"import os, signal; os.write({heartbeat}, b'.'); os.kill(os.getpid(), {STOP})"
        command = [sys.executable, "-c", code] if not pids else ["/bin/sleep", "60"]
        inherit = [(os.POSIX_SPAWN_DUP2, heartbeat, heartbeat)]
        pids.append(os.posix_spawn(command[0], command, {}, file_actions=inherit, setpgroup=0))
        return pids[-1]

    monkeypatch.setattr(job_worker, "_spawn", spawn)
    worker = JobWorker(silent_seconds=1.0)
    worker.start()
    wait_for(lambda: len(pids) == 2, "another worker")
    worker.end()
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)
    assert [record.message for record in caplog.records if "stuck" in record.message] == [
        "the job worker is stuck; it is killed, another is started"
    ]


def test_a_running_worker_beats_until_it_is_stopped(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with Server(tmp_path, WEB_CONCURRENCY="1") as server:
        worker = subprocess.Popen(
            [sys.executable, "-m", "flowhook", "worker", "--heartbeat", str(writing)],
            env=server.environment,
            cwd=ROOT,
            pass_fds=[writing],
            stdout=subprocess.DEVNULL,
        )
        os.close(writing)
        try:
            assert select.select([reading], [], [], 60)[0]  # a first beat, for the pulse to hear
            worker.send_signal(signal.SIGSTOP)
            assert not Pulse(reading, silent_seconds=1.0).wait(worker.pid)
        finally:
            worker.kill()
            worker.wait()
