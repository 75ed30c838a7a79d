"""Runs the reader as a child process that inherits nothing and cannot outlive its time.

It is started with posix_spawn and waited for with short sleeps, which works alike in threads and
under gevent. Files in memory stand for its input and output: no pipe can fill up or stay open.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from answers.knowledge.reading.bounds import OUTPUT_BYTES, WALL_SECONDS

ROOT = Path(__file__).resolve().parents[3]
START = (
    "import sys; sys.path[:] = sys.argv[3:]; "
    "from answers.knowledge.reading.child import main; main(*sys.argv[1:3])"
)
PASSED_ON = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # Python itself may need them
FIRST_PAUSE_SECONDS = 0.005
LONGEST_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: `status` is None where somebody else reaped it."""

    output: bytes
    status: int | None
    is_too_late: bool = False

    @property
    def signal(self) -> int:
        """The signal that killed it, 0 for none."""
        return os.WTERMSIG(self.status) if self.status and os.WIFSIGNALED(self.status) else 0

    def told(self) -> str:
        """
        >>> Ended(b"", signal.SIGSEGV).told(), Ended(b"", 256).told()
        ('signal 11', 'status 1')
        """
        if self.signal:
            return f"signal {self.signal}"
        return (
            "unknown" if self.status is None else f"status {os.waitstatus_to_exitcode(self.status)}"
        )


def run_child(
    content: bytes, arguments: Sequence[str], seconds: float = WALL_SECONDS, start: str = START
) -> Ended:
    """Run the reader over a content, and return what it wrote. Raises OSError if it cannot start.

    Whatever ends the wait, also an exception that is raised in this thread, ends the child.
    """
    with _file() as given, _file() as written:
        _write(given, content)
        pid = _spawn(given, written, arguments, start)
        is_over, status = False, None
        try:
            is_over, status = _wait(pid, seconds)
        finally:
            if not is_over:
                _kill(pid)
        return Ended(os.pread(written, OUTPUT_BYTES, 0), status, is_too_late=not is_over)


def _spawn(given: int, written: int, arguments: Sequence[str], start: str) -> int:
    paths = [str(ROOT), *(path for path in sys.path if Path(path).is_absolute())]
    actions = [
        (os.POSIX_SPAWN_DUP2, given, 0),
        (os.POSIX_SPAWN_DUP2, written, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-I", "-X", "utf8", "-c", start, *arguments, *paths],
        {name: os.environ[name] for name in PASSED_ON if name in os.environ},
        file_actions=actions,
        setpgroup=0,
        setsigmask=(),
        setsigdef=(signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGXCPU, signal.SIGHUP),
    )


def _wait(pid: int, seconds: float) -> tuple[bool, int | None]:
    """Whether a child ended in time, and its status."""
    until = time.monotonic() + seconds
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            ended, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:  # a handler of SIGCHLD, such as gevent's, was faster
            return True, None
        if ended:
            return True, status
        if time.monotonic() > until:
            return False, None
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)


def _kill(pid: int) -> None:
    """Kill a child and all that it may have started, and leave no zombie."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


@contextlib.contextmanager
def _file() -> Iterator[int]:
    """A file in memory, so that no document lies unsealed on a disk; a nameless one elsewhere."""
    try:
        file = os.memfd_create("document")
    except (AttributeError, OSError):  # not Linux, or forbidden
        with tempfile.TemporaryFile() as other:
            yield other.fileno()
        return
    try:
        yield file
    finally:
        os.close(file)


def _write(file: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(file, left) :]
    os.lseek(file, 0, os.SEEK_SET)
