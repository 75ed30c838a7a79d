"""redis-py's connection to the embedded server.

Separate from embedded.py because the master of the web processes holds the server, and must
not import redis-py (and with it ssl) before its workers are monkey-patched.
"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from redis import UnixDomainSocketConnection

from flowhook.redis.embedded import RECOVER_SECONDS, ensure, is_held, socket_path


class EmbeddedConnection(UnixDomainSocketConnection):
    """A connection that starts the embedded server again, where needed, before it connects."""

    def __init__(self, data_dir: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_dir = data_dir

    def _connect(self) -> socket.socket:
        if not is_held(self.data_dir):
            ensure(self.data_dir, deadline_seconds=RECOVER_SECONDS)
        self.path = str(socket_path(self.data_dir))
        return super()._connect()
