"""Ports for servers that a test starts, which nobody else on the machine is given meanwhile."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from pathlib import Path

FIRST, LAST = 15_000, 32_000
"""Below what kernels give to whoever asks for any port (Linux from 32768, macOS from 49152)."""

_NEXT = Path(tempfile.gettempdir()) / f"flowhook-next-port-{os.getuid()}"


def free_port() -> int:
    """A loopback port that is free, and that no test process on this machine got of late.

    A port that the kernel chooses and that is closed again would be anybody's: another
    test's fake, or a client's connection, has it before the server starts.
    """
    with _NEXT.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        port = int(file.read() or FIRST)
        while not _is_free(port):
            port = _after(port)
        file.truncate(0)
        file.write(str(_after(port)))
    return port


def _after(port: int) -> int:
    return port + 1 if port < LAST else FIRST


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
