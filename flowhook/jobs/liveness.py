"""Which processes live: each renews one key, and whatever it holds is held as long as that.

A job or a claim names its holder, `<process>/<number>`; when the process's key has lapsed,
others may take over what it held. One SET every few seconds covers thousands of jobs.
"""

from __future__ import annotations

import itertools
import logging
import secrets
import threading
from typing import Any

from redis.exceptions import RedisError

LEASE_SECONDS = 15.0
RENEW_SECONDS = 3.0
RETRY_SECONDS = 0.3

logger = logging.getLogger(__name__)


class Liveness:
    """This process's sign of life, renewed from its first use on, and a look at others'."""

    def __init__(self, redis: Any, seconds: float = LEASE_SECONDS) -> None:
        self.redis = redis
        self.seconds = seconds
        self.process = secrets.token_hex(8)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()

    def holder(self) -> str:
        """A new name to hold something by; raises RedisError where the lease cannot be made."""
        if self._thread is None:
            self._start()
        return f"{self.process}/{next(self._numbers)}"

    def lives(self, holder: str) -> bool:
        """Whether the process behind a holder's name still renews its lease."""
        process = holder.partition("/")[0]
        return process == self.process or bool(self.redis.exists(_key(process)))

    def close(self) -> None:
        """Let go of everything this process held."""
        self._ended.set()
        if self._thread is not None:
            try:
                self.redis.delete(_key(self.process))
            except RedisError as error:
                logger.debug("the lease lapses by itself", extra={"cause": repr(error)})

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._renew()
                self._thread = threading.Thread(target=self._run, name="liveness", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        pause = self.seconds / LEASE_SECONDS * RENEW_SECONDS
        wait = pause
        while not self._ended.wait(wait):
            try:
                self._renew()
                wait = pause
            except (RedisError, OSError) as error:
                logger.warning("the lease waits for Redis", extra={"cause": type(error).__name__})
                wait = min(RETRY_SECONDS, pause)

    def _renew(self) -> None:
        self.redis.set(_key(self.process), b"1", px=round(self.seconds * 1000))


def _key(process: str) -> str:
    return f"fh:process:{process}"
