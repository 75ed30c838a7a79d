"""Leases in Redis: who works on a contact holds a key with its token and a life of some seconds.

When the process dies or stands still, nobody renews the key and it lapses.
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

RENEW = Script(Path(__file__).with_name("renew.lua"))

logger = logging.getLogger(__name__)


def take(redis: Any, key: str, token: str, seconds: float) -> bool:
    """Take a lease that nobody holds; also when it is asked again because an answer was lost."""
    is_free = redis.set(key, token, nx=True, px=int(seconds * 1000))
    return bool(is_free) or renew(redis, key, token, seconds)


def renew(redis: Any, key: str, token: str, seconds: float) -> bool:
    """Lengthen a lease that is still the token's, with 0 seconds give it back; whether it was."""
    return bool(RENEW.run(redis, [key], [token, int(seconds * 1000)]))


class LeaseKeeper:
    """Renews the leases of work that takes long: one thread (greenlet) for all of a process, which
    ends when there are none."""

    def __init__(self, redis: Any, lease_seconds: float) -> None:
        self.redis = redis
        self.lease_seconds = lease_seconds
        self._held: dict[str, str] = {}
        self._lock = threading.Lock()
        self._is_running = False

    @contextmanager
    def keeping(self, key: str, token: str) -> Iterator[None]:
        """Renew this lease for as long as the block takes."""
        with self._lock:
            self._held[token] = key
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="leases", daemon=True).start()
        try:
            yield
        finally:
            with self._lock:
                del self._held[token]

    def _run(self) -> None:
        while True:
            time.sleep(self.lease_seconds / 3)
            with self._lock:
                held = dict(self._held)
                if not held:
                    self._is_running = False
                    return
            for token, key in held.items():
                try:
                    renew(self.redis, key, token, self.lease_seconds)
                except (RedisError, OSError) as error:
                    logger.warning("a lease was not renewed", extra={"cause": type(error).__name__})
