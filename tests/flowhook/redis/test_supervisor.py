"""The server as a child process: started again with growing pauses, and ended."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowhook.redis import supervisor
from flowhook.redis.supervisor import BACKOFF_SECONDS, LOG_FILE, STEADY_SECONDS, ValkeyServer
from tests.waiting import wait_for

RUNS = "#!/bin/sh\nexec sleep 60\n"
FAILS = "#!/bin/sh\nexit 3\n"
STUBBORN = "#!/bin/sh\ntrap '' TERM\ntouch ready\nwhile :; do sleep 0.1; done\n"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ValkeyServer]:
    """One that runs a script in place of Valkey."""
    monkeypatch.chdir(tmp_path)
    with (tmp_path / "redis.lock").open("w") as lock:
        one = ValkeyServer(lock.fileno())
        become(one, RUNS)
        yield one
        one.stop()


def become(server: ValkeyServer, script: str) -> None:
    path = Path("server.sh").resolve()
    path.write_text(script)
    path.chmod(0o700)
    server.binary = str(path)


def fail(server: ValkeyServer, started_seconds_ago: float) -> None:
    """Let it end, as if it had been started then, and look after it."""
    assert server.process
    server.process.wait(10)
    server.started_at = time.monotonic() - started_seconds_ago
    server.start_if_due()


def test_while_it_runs_it_is_left_alone(server: ValkeyServer) -> None:
    assert server.seconds_until_due() == 0
    server.start_if_due()
    first = server.process
    server.start_if_due()
    assert server.process is first
    assert server.seconds_until_due() == STEADY_SECONDS


def test_while_it_keeps_failing_the_pauses_grow(server: ValkeyServer) -> None:
    become(server, FAILS)
    for count, pause in enumerate((*BACKOFF_SECONDS[1:], BACKOFF_SECONDS[-1]), start=1):
        server.start_if_due()
        fail(server, started_seconds_ago=-100)
        assert server.process is None
        assert server.failures == count
        assert 50 < server.seconds_until_due() <= 100 + pause
        server.started_at -= 100 + pause
    assert Path(LOG_FILE).read_text().count("the server ended with status 3") == count


def test_one_that_had_run_steadily_is_started_at_once(server: ValkeyServer) -> None:
    become(server, FAILS)
    server.start_if_due()
    server.failures = 3
    fail(server, started_seconds_ago=STEADY_SECONDS + 1)
    assert server.failures == 0
    assert server.process


def test_one_that_cannot_be_started_is_tried_again(server: ValkeyServer) -> None:
    server.binary = "/nowhere"
    server.start_if_due()
    assert server.process is None
    assert server.failures == 1
    assert "the server cannot be started" in Path(LOG_FILE).read_text()


def test_it_is_asked_to_end_and_killed_if_it_does_not(
    server: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.start_if_due()
    server.stop()
    assert server.process
    assert server.process.returncode == -signal.SIGTERM
    server.process = None
    monkeypatch.setattr(supervisor, "SHUTDOWN_SECONDS", 0.2)
    become(server, STUBBORN)
    server.started_at = 0
    server.start_if_due()
    wait_for(Path("ready").exists, "the script")
    server.stop()
    assert server.process
    assert server.process.returncode == -signal.SIGKILL
