"""The heartbeat of a child process: bytes through a pipe, whose silence says that it is stuck."""

from __future__ import annotations

import contextlib
import os
import select
import time

BEAT = b"."
ENDING = b"e"
START_SECONDS = 120.0  # until the first beat
SILENT_SECONDS = 30.0
END_SECONDS = 150.0  # after it said that it ends: it finishes what it does
LOOK_SECONDS = 1.0


class Heartbeat:
    """What a child tells on the pipe `fd`; None tells nobody."""

    def __init__(self, fd: int | None) -> None:
        self._fd = fd
        if fd is not None:
            os.set_blocking(fd, False)

    def beat(self) -> None:
        """Say that the process is not stuck."""
        self._tell(BEAT)

    def end(self) -> None:
        """Say that it ends, and is silent while it finishes its work."""
        self._tell(ENDING)

    def _tell(self, word: bytes) -> None:
        if self._fd is not None:
            with contextlib.suppress(BlockingIOError, BrokenPipeError):
                os.write(self._fd, word)


class Pulse:
    """What its parent hears: `wait` returns whether the child `pid` ended by itself."""

    def __init__(self, fd: int, silent_seconds: float = SILENT_SECONDS) -> None:
        """`fd`: the pipe's other end, which is closed with the last look."""
        self._fd = fd
        self._silent_seconds = silent_seconds
        self._patience = START_SECONDS
        self._heard = time.monotonic()

    def wait(self, pid: int) -> bool:
        """Wait until the child ends or falls silent; False if it is to be killed.

        It has been reaped where it ended.
        """
        try:
            while not _has_ended(pid):
                self._listen()
                if time.monotonic() - self._heard > self._patience:
                    return False
            return True
        finally:
            os.close(self._fd)

    def _listen(self) -> None:
        if not select.select([self._fd], [], [], LOOK_SECONDS)[0]:
            return
        words = os.read(self._fd, 4096)
        if not words:  # it has closed the pipe, so it ends within moments
            time.sleep(LOOK_SECONDS / 10)
            return
        self._heard = time.monotonic()
        self._patience = END_SECONDS if ENDING in words else self._silent_seconds


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:  # somebody else in the process has reaped it
        return True
