"""The job worker that the web processes' master runs as its own child.

It is started again whenever it dies, and finishes its jobs when the service ends. With
`flowhook run --no-worker` the operator runs workers (`flowhook worker`) on whichever machines
they like.
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

RUN_WORKER = "FLOWHOOK_RUN_WORKER"  # how `flowhook run` tells the master, which it becomes
ROOT = Path(__file__).resolve().parent.parent
STDERR = 2
END_SECONDS = 120.0
STEADY_SECONDS = 5.0
PAUSES_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0)

logger = logging.getLogger(__name__)


class JobWorker:
    """One `flowhook worker`, watched by a thread of a process that forks.

    So it is started by posix_spawn: subprocess waits on a pipe that a web process forked at
    that moment would keep open for ever. Its own process group: Ctrl-C is not for it.
    """

    def __init__(self) -> None:
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
        """Ask the worker to finish, and wait until it has."""
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
            except OSError as error:  # no process or memory to be had: later, perhaps
                logger.error("the job worker cannot be started", extra={"cause": error.strerror})
            failures = 0 if time.monotonic() - started > STEADY_SECONDS else failures + 1
            self._ending.wait(PAUSES_SECONDS[min(failures, len(PAUSES_SECONDS) - 1)])
        self._gone.set()

    def _run(self) -> None:
        """One worker, from its start to its end."""
        with self._lock:
            if self._ending.is_set():
                return
            self._pid = pid = _spawn()
        with contextlib.suppress(ChildProcessError):  # the master reaps every child of its own
            os.waitpid(pid, 0)
        self._pid = None
        if not self._ending.is_set():
            logger.warning("the job worker ended; another is started")

    def _signal(self, number: int) -> None:
        if self._pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, number)


def _spawn() -> int:
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "flowhook", "worker", "--parent", str(os.getpid())],
        {**os.environ, "PYTHONPATH": path},
        file_actions=[(os.POSIX_SPAWN_CLOSE, fd) for fd in _inheritable()],
        setpgroup=0,
    )


def _inheritable() -> list[int]:
    """What a child would keep open: the port, which then would listen on with nobody answering."""
    found = []
    for entry in Path("/dev/fd").iterdir():
        fd = int(entry.name)
        with contextlib.suppress(OSError):  # the directory's own
            if fd > STDERR and os.get_inheritable(fd):
                found.append(fd)
    return found


JOB_WORKER = JobWorker()  # outlives a reload of gunicorn's configuration
