"""The job worker that the master of the web processes runs as its child.

It is restarted whenever it dies or gives no sign of life, and finishes its jobs when the service
ends. With `flowhook run --no-worker` the operator runs workers (`flowhook worker`) on any machines
instead.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

from service.heartbeat import SILENT_SECONDS, Pulse
from service.module_path import environment

RUN_WORKER = "FLOWHOOK_RUN_WORKER"  # set by `flowhook run` for the master that it becomes
STDERR = 2
HEARTBEAT = 3  # the worker's end of the pipe
END_SECONDS = 120.0
STEADY_SECONDS = 5.0
PAUSES_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0)

logger = logging.getLogger(__name__)


class JobWorker:
    """One `flowhook worker`, restarted by a thread of the master whenever it ends or is stuck.

    It is started with posix_spawn, because subprocess waits on a pipe that a web process forked at
    that moment would keep open for ever. It has its own process group, so that Ctrl-C does not
    reach it.
    """

    def __init__(self, silent_seconds: float = SILENT_SECONDS) -> None:
        """`silent_seconds`: how long a worker may give no sign of life."""
        self._silent_seconds = silent_seconds
        self._pid: int | None = None
        self._ending = threading.Event()
        self._gone = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="job-worker", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Ask the worker to finish, wait until it does, and kill it after END_SECONDS."""
        if self._thread is None:
            return
        with self._lock:
            self._ending.set()
            self._signal(signal.SIGTERM)
        if not self._gone.wait(END_SECONDS):
            self._signal(signal.SIGKILL)

    def _watch(self) -> None:
        failures = 0
        while not self._ending.is_set():
            started = time.monotonic()
            try:
                self._run()
            except OSError as error:  # out of processes or memory: retry later
                logger.error("the job worker cannot be started", extra={"cause": error.strerror})
            failures = 0 if time.monotonic() - started > STEADY_SECONDS else failures + 1
            self._ending.wait(PAUSES_SECONDS[min(failures, len(PAUSES_SECONDS) - 1)])
        self._gone.set()

    def _run(self) -> None:
        """Run one worker until it ends."""
        with self._lock:
            if self._ending.is_set():
                return
            reading, writing = os.pipe()
            try:
                self._pid = pid = _spawn(writing)
            finally:
                os.close(writing)
        if not Pulse(reading, self._silent_seconds).wait(pid):
            logger.error("the job worker is stuck; it is killed, another is started")
            self._signal(signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):  # the master may have reaped it
                os.waitpid(pid, 0)
        elif not self._ending.is_set():
            logger.warning("the job worker ended; another is started")
        self._pid = None

    def _signal(self, number: int) -> None:
        if self._pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, number)


def _spawn(heartbeat: int) -> int:
    """Start a worker that beats into this pipe."""
    options = ["--parent", str(os.getpid()), "--heartbeat", str(HEARTBEAT)]
    close = [(os.POSIX_SPAWN_CLOSE, fd) for fd in _inheritable()]
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "flowhook", "worker", *options],
        environment(),
        file_actions=[*close, (os.POSIX_SPAWN_DUP2, heartbeat, HEARTBEAT)],
        setpgroup=0,
    )


def _inheritable() -> list[int]:
    """Return the file descriptors to close in a child, such as listening sockets."""
    found = []
    for entry in Path("/dev/fd").iterdir():
        fd = int(entry.name)
        with contextlib.suppress(OSError):  # the directory's own descriptor
            if fd > STDERR and os.get_inheritable(fd):
                found.append(fd)
    return found


JOB_WORKER = JobWorker()  # survives a reload of gunicorn's configuration
