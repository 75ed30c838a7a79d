"""The child gets nothing, cannot take much, and its death is told."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from answers.knowledge.reading.bounds import OUTPUT_BYTES
from answers.knowledge.reading.child_process import ROOT, Ended, run_child
from tests.waiting import wait_for

CONFINED = (
    f"import sys, os; sys.path.insert(0, {str(ROOT)!r})\n"
    "from answers.knowledge.reading.confinement import close_inherited, confine\n"
    "close_inherited(); confine()\n"
)


def run(code: str, content: bytes = b"", seconds: float = 30) -> Ended:
    return run_child(content, [], seconds, start=CONFINED + code)


def test_it_reads_what_it_is_given_and_writes_what_it_likes() -> None:
    content = os.urandom(3_000_000)
    ended = run("sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])", content)
    assert (ended.output, ended.status, ended.signal) == (content[::-1], 0, 0)


def test_it_inherits_neither_environment_nor_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWHOOK_SECRET", "x")
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    try:
        ended = run("print(sorted(os.environ), sorted(map(int, os.listdir('/proc/self/fd')))[:-1])")
    finally:
        os.close(writing)
        os.close(reading)
    environment, _, descriptors = ended.output.decode().partition("] ")
    assert "FLOWHOOK_SECRET" not in environment
    assert descriptors == "[0, 1, 2]\n"


def test_it_cannot_start_others_or_fill_a_disk_or_take_the_memory() -> None:
    assert run("bytearray(2 * 1024**3)").told() == "status 1"
    write = f"sys.stdout.buffer.write(bytes({2 * OUTPUT_BYTES}))"
    assert len(run(write).output) <= OUTPUT_BYTES
    limits = "import resource as r; print(r.getrlimit(r.RLIMIT_NPROC), r.getrlimit(r.RLIMIT_CORE))"
    assert run(limits).output == b"(0, 0) (0, 0)\n"


def test_the_processor_time_is_bounded() -> None:
    code = "import resource as r; r.setrlimit(r.RLIMIT_CPU, (1, 2))\nwhile True: pass"
    assert run(code).signal == signal.SIGXCPU


def test_one_that_takes_too_long_is_killed_with_all_that_it_started() -> None:
    code = "os.getpid()\nprint(os.fork() or os.getppid(), flush=True)\nimport time; time.sleep(99)"
    start = "import os, sys\n" + code
    began = time.monotonic()
    ended = run_child(b"", [], 1.0, start=start)
    assert ended.is_too_late
    assert time.monotonic() - began < 30
    pids = [int(line) for line in ended.output.split()]
    assert len(pids) == 2
    wait_for(lambda: not any(map(is_alive, pids)), "both to be gone")


def is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_any_death_is_told() -> None:
    assert run("os.kill(os.getpid(), 11)").told() == "signal 11"
    assert run("os._exit(3)").told() == "status 3"
    assert run("os.abort()").told() == "signal 6"


def test_somebody_else_may_reap_it() -> None:
    """As gevent does, and a worker whose handler of SIGCHLD waits for all children."""
    found: list[Ended] = []
    code = "import time; time.sleep(0.3); print('Hello')"
    reader = threading.Thread(target=lambda: found.append(run(code)))
    reader.start()
    while reader.is_alive():
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            time.sleep(0.001)
    assert found[0].output == b"Hello\n"
    assert not found[0].is_too_late
