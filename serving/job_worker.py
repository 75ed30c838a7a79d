"""The job worker beside the web processes, where the embedded Redis serves.

The master starts one as its own child, starts it again whenever it dies, and lets it finish
its jobs when the service ends. With REDIS_URL the operator runs workers (`worker:` in the
Procfile) on whichever machines they like.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
END_SECONDS = 120.0
STEADY_SECONDS = 5.0
PAUSES_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0)


class JobWorker:
    """One `python -m jobs`, watched by a thread. Its own session: Ctrl-C is not for it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="job-worker", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Ask the worker to finish, and wait until it has."""
        self._ending.set()
        with self._lock:
            process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()

    def _watch(self) -> None:
        failures = 0
        while not self._ending.is_set():
            started = time.monotonic()
            with self._lock:
                if self._ending.is_set():
                    return
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "jobs", "--parent", str(os.getpid())],
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )
            self._process.wait()
            failures = 0 if time.monotonic() - started > STEADY_SECONDS else failures + 1
            self._ending.wait(PAUSES_SECONDS[min(failures, len(PAUSES_SECONDS) - 1)])


JOB_WORKER = JobWorker()  # outlives a reload of gunicorn's configuration
