"""Keeps leases in Redis alive while their holders work: one thread for all of a process.

A lease is a key with the holder's token and a life of some seconds. When the process dies or
stands still, nobody renews it and it lapses.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis.exceptions import RedisError

from storage.script import Script

logger = logging.getLogger(__name__)

RENEW = Script(Path(__file__).parent / "lua" / "renew.lua")


class LeaseKeeper:
    def __init__(self, redis: Any, lease_seconds: float) -> None:
        self.lease_seconds = lease_seconds
        self.redis = redis
        self._held: dict[str, str] = {}
        self._lock = threading.Lock()
        self._is_running = False

    @contextmanager
    def keep(self, key: str, token: str) -> Iterator[None]:
        """Renew the lease until the block ends, then give it back if it is still held."""
        with self._lock:
            self._held[key] = token
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="leases", daemon=True).start()
        try:
            yield
        finally:
            with self._lock:
                self._held.pop(key, None)
            try:
                RENEW.run(self.redis, [key], [token, 0])
            except RedisError:
                logger.debug("a lease is left to lapse")

    def _run(self) -> None:
        """Renew at a third of a lease's life; end when nothing has been held for that long."""
        while True:
            time.sleep(self.lease_seconds / 3)
            with self._lock:
                held = dict(self._held)
                if not held:
                    self._is_running = False
                    return
            for key, token in held.items():
                try:
                    RENEW.run(self.redis, [key], [token, int(self.lease_seconds * 1000)])
                except RedisError:
                    logger.debug("a lease could not be renewed")
