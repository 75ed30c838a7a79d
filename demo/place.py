"""Where a demo runs: a port and a folder that nobody else uses.

What answers on a port already, or uses a folder, is somebody else's service: another demo of this
checkout, or one that people work with. The demo leaves it alone and takes the next one.
"""

from __future__ import annotations

import fcntl
import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from flowhook.redis.supervisor import LINGER_SECONDS, LOCK_FILE

ENDING_SECONDS = LINGER_SECONDS + 3
POLL_SECONDS = 0.05
FIRST_PORT = 8000
FOLDER = "data-demo"
DEMO_LOCK = "demo.lock"
MODEL_KEY_FILE = "model_key"
LOOPBACK, EVERYWHERE = "127.0.0.1", "0.0.0.0"  # noqa: S104
# The demo keeps what it makes in its own folder, under keys of its own, whatever service the
# environment names.
NOT_OURS = ("REDIS_URL", "BROKER_URL", "ADMIN_TOKEN", "ENCRYPTION_KEYS")


def own_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without what names somebody else's store and its keys."""
    return {name: value for name, value in environ.items() if name not in NOT_OURS}


def reached_at(host: str) -> str:
    """The address at which this machine reaches what listens on `host`."""
    return LOOPBACK if host == EVERYWHERE else host


def choose_port(host: str = LOOPBACK) -> int:
    """PORT, or 8000; where that is taken, any free one, and a line says so.

    Ends the demo where PORT is no port.
    """
    named = os.environ.get("PORT", "").strip()
    if named and not (named.isascii() and named.isdigit() and 1 <= int(named) <= 65535):
        sys.exit("PORT must be a whole number from 1 to 65535")
    wanted = int(named or FIRST_PORT)
    if _is_free(host, wanted):
        return wanted
    try:
        with _listening(host, 0) as probe:
            port: int = probe.getsockname()[1]
    except OSError as error:
        sys.exit(f"HOST={host} is no address of this machine ({error.strerror}): correct it")
    print(f"Port {wanted} is taken by another service: this demo takes {port}.", flush=True)
    return port


@contextmanager
def own_folder() -> Iterator[Path]:
    """DATA_DIR, or data-demo; where a service uses that, data-demo-2 and so on, and a line says so.

    It belongs to this demo until the end. Ends the demo where DATA_DIR is in use.
    """
    named = os.environ.get("DATA_DIR", "").strip()
    names = iter([named]) if named else (FOLDER if n == 1 else f"{FOLDER}-{n}" for n in count(1))
    for number, name in enumerate(names):
        folder = Path(name).absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / DEMO_LOCK).open("w") as lock:
            if not _locks(lock.fileno()) or _holds_running_service(folder):
                continue
            if number:
                print(f"Another demo uses {FOLDER}: this one keeps its data in {name}.", flush=True)
            yield folder
            return
    sys.exit(f"DATA_DIR={named} is used by a service that runs: name another folder, or unset it")


def _is_free(host: str, port: int) -> bool:
    """Whether nobody answers at the port, and it can be had.

    Both are asked: on macOS one service can have a port everywhere, and another the same on
    loopback.
    """
    with suppress(OSError), socket.create_connection((reached_at(host), port), timeout=1):
        return False
    try:
        _listening(host, port).close()
    except OSError:
        return False
    return True


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def _holds_running_service(folder: Path) -> bool:
    """Whether an embedded Redis runs there, which locks a file as long as it does.

    That of a demo which has just ended goes on for a moment, and is waited for.
    """
    deadline = time.monotonic() + ENDING_SECONDS
    with suppress(FileNotFoundError), (folder / LOCK_FILE).open("r+") as lock:
        while not _locks(lock.fileno()):
            if time.monotonic() >= deadline:
                return True
            time.sleep(POLL_SECONDS)
    return False


def _locks(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
