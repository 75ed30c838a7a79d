"""The embedded Redis: one real Valkey server for each data directory, shared by processes.

`ensure` connects to the directory's supervisor or starts one (see supervisor.py), and keeps that
connection for the life of this process; a forked child inherits it. When the supervisor
is killed, the next call of `ensure` starts another, and every new `EmbeddedConnection` calls
it, so a client recovers by itself.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from flowhook.redis.supervisor import (
    GREETING,
    HOLD_SOCKET,
    LOCK_FILE,
    LOG_FILE,
    MAX_MEMORY_FILE,
    SERVER_SOCKET,
)

START_SECONDS = 15.0
RECOVER_SECONDS = 1.5
GREETING_SECONDS = 1.0
POLL_SECONDS = 0.01
SOCKET_PATH_BYTES = 100
START_LOCK = "start.lock"

_holds: dict[Path, socket.socket] = {}
_lock = threading.Lock()


def ensure(
    data_dir: Path, *, max_memory: int | None = None, deadline_seconds: float = START_SECONDS
) -> Path:
    """Start this directory's server unless it runs, and return the path of its socket.

    `max_memory` bytes bound it from now on, also if it runs already. Raises ConnectionError (an
    OSError) with the end of the server's log after the deadline.
    """
    data_dir = prepare_directory(data_dir)
    if max_memory is not None:
        _write_private(data_dir / MAX_MEMORY_FILE, str(max_memory))
    deadline = time.monotonic() + deadline_seconds
    if not _lock.acquire(timeout=deadline_seconds):
        raise _not_started(data_dir, deadline_seconds)
    try:
        while time.monotonic() < deadline:
            if (is_held(data_dir) or _hold(data_dir)) and _answers(data_dir):
                if max_memory is not None:
                    _ask(data_dir, f"CONFIG SET maxmemory {max_memory}")
                return socket_path(data_dir)
            if not is_held(data_dir):
                _start_supervisor(data_dir, deadline)
            time.sleep(POLL_SECONDS)
    finally:
        _lock.release()
    raise _not_started(data_dir, deadline_seconds)


def is_held(data_dir: Path) -> bool:
    """Whether this process is connected to a running supervisor of `data_dir` (resolved)."""
    hold = _holds.get(data_dir)
    if hold is None:
        return False
    try:
        return hold.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def release(data_dir: Path) -> None:
    """Disconnect from the supervisor; the server ends with the last process."""
    hold = _holds.pop(data_dir.resolve(), None)
    if hold:
        hold.close()


def prepare_directory(data_dir: Path) -> Path:
    """Make the directory with mode 0700 and return its resolved path.

    An existing directory gets that mode when it is empty or ours; one that holds anything else
    (someone's home, /tmp) keeps its mode, as all our files are 0600.
    """
    data_dir = data_dir.resolve()
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if data_dir.stat().st_mode & 0o077:
        ours = (data_dir / LOCK_FILE).exists() or not any(data_dir.iterdir())
        if ours:
            data_dir.chmod(0o700)
    return data_dir


def socket_path(data_dir: Path) -> Path:
    """Where a client connects: in the directory, or by a short alias when that is too deep.

    A Unix socket's address holds about 100 bytes. The alias is a symbolic link to the
    directory in a private directory of the system's temporary one.
    """
    return _reachable(data_dir) / SERVER_SOCKET


def _reachable(data_dir: Path) -> Path:
    if len(os.fsencode(data_dir / SERVER_SOCKET)) < SOCKET_PATH_BYTES:
        return data_dir
    private = _private_directory()
    alias = private / hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    if not alias.is_symlink() or alias.readlink() != data_dir:
        fresh = private / f"{alias.name}.{os.getpid()}.{threading.get_ident()}"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(data_dir)
        fresh.replace(alias)
    return alias


def _private_directory() -> Path:
    temporary = Path(tempfile.gettempdir())
    if len(os.fsencode(temporary)) > SOCKET_PATH_BYTES // 2:
        temporary = Path("/tmp")  # noqa: S108 - what is made in it is checked to be ours
    private = temporary / f"flowhook-{os.getuid()}"
    private.mkdir(mode=0o700, exist_ok=True)
    found = private.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077 or private.is_symlink():
        raise ConnectionError(f"{private} belongs to someone else; remove it or set TMPDIR")
    return private


def _hold(data_dir: Path) -> bool:
    hold = socket.socket(socket.AF_UNIX)
    try:
        hold.settimeout(GREETING_SECONDS)
        hold.connect(str(_reachable(data_dir) / HOLD_SOCKET))
        greeted = hold.recv(1) == GREETING
    except OSError:
        greeted = False
    if not greeted:
        hold.close()
        return False
    hold.setblocking(False)
    release(data_dir)
    _holds[data_dir] = hold
    return True


def _start_supervisor(data_dir: Path, deadline: float) -> None:
    """Start a supervisor, unless another process is about to or just has."""
    with _start_lock(data_dir) as locked:
        if not locked or _hold(data_dir):
            return
        # Its own session: Ctrl-C must not reach it before the service has drained.
        log_fd = os.open(data_dir / LOG_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(log_fd, "ab") as log:
            launcher = subprocess.Popen(
                [sys.executable, "-m", "flowhook.redis.supervisor", str(data_dir)],
                cwd=Path(__file__).resolve().parents[2],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        launcher.wait(START_SECONDS)
        while time.monotonic() < deadline and not _hold(data_dir):
            time.sleep(POLL_SECONDS)


@contextlib.contextmanager
def _start_lock(data_dir: Path) -> Iterator[bool]:
    lock_fd = os.open(data_dir / START_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(lock_fd)


def _answers(data_dir: Path) -> bool:
    return _ask(data_dir, "PING").startswith(b"+PONG")


def _ask(data_dir: Path, command: str) -> bytes:
    """Send the server a command without redis-py; an empty answer if it does not answer."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(GREETING_SECONDS)
        try:
            probe.connect(str(socket_path(data_dir)))
            probe.sendall(f"{command}\r\n".encode())
            return probe.recv(64)
        except OSError:
            return b""


def _write_private(path: Path, text: str) -> None:
    """Write a file that others never see half-written."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


def _not_started(data_dir: Path, seconds: float) -> ConnectionError:
    log = data_dir / LOG_FILE
    found = f"there is no {log}"
    with contextlib.suppress(OSError):
        lines = log.read_text("utf-8", "replace").splitlines()
        # Valkey marks what matters with "#", and its hints about the kernel with "# WARNING".
        faults = [line for line in lines if " # " in line and " # WARNING" not in line]
        found = f"{log} says: {' | '.join((faults or lines)[-3:])}"
    return ConnectionError(f"the embedded Redis did not answer within {seconds:g} s; {found}")


def _forget_lock() -> None:
    """Make a new lock in a forked child: the thread that held the old one does not exist there."""
    global _lock  # noqa: PLW0603
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_forget_lock)
