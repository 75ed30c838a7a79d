"""Leases in Redis: a key has one holder at a time, for as long as that one lives and renews it.

A lease is a key with its holder's token and a life of some seconds. One thread (greenlet) of a
process renews what it keeps; when the process dies or stands still, the lease lapses. A holder
that outlived its lease may still be running: a script that changes what the lease guards must
compare the token first.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis.exceptions import RedisError

from flowhook.redis.script import Script

RENEW = Script(Path(__file__).with_name("renew.lua"), gone="0")

# How long each kind of holder may stand still, or be dead, before another takes over.
TURN_SECONDS = 10.0  # a contact's turn: a person waits for the answer
PROCESS_SECONDS = 15.0  # a process, and the jobs and calls that it holds
CONTACT_SECONDS = 30.0  # a contact's queue and wake-up: over them a file is fetched or sent
CALL_SECONDS = 130.0  # a call to a provider, which takes 120 s at the most and is not renewed

logger = logging.getLogger(__name__)


def new_token() -> str:
    """A random name for a holder."""
    return secrets.token_hex(8)


class Leases:
    """Takes and renews leases of one length; the renewing thread ends when there are none."""

    def __init__(self, redis: Any, seconds: float) -> None:
        self.redis = redis
        self.seconds = seconds
        self.milliseconds = round(seconds * 1000)
        self._kept: dict[str, str] = {}  # keys by their tokens
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._nothing = threading.Event()

    def take(self, key: str) -> str | None:
        """Acquire the lease and return its token, or None if it is held.

        Safe to repeat with the same token when the reply was lost.
        """
        token = new_token()
        is_free = self.redis.set(key, token, nx=True, px=self.milliseconds)
        return token if is_free or self.renew(key, token) else None

    def renew(self, key: str, token: str) -> bool:
        """Extend the lease by its whole length; returns whether the token still holds it."""
        return bool(RENEW.run(self.redis, [key], [token, self.milliseconds]))

    def end(self, key: str, token: str) -> None:
        """Release the lease, if the token still holds it."""
        RENEW.run(self.redis, [key], [token, 0])

    @contextmanager
    def holding(self, key: str) -> Iterator[str | None]:
        """Hold the lease during the block, which gets its token, or None if it is taken."""
        token = self.take(key)
        if token is None:
            yield None
            return
        try:
            with self.keeping(key, token):
                yield token
        finally:
            self.let_go(key, token)

    def let_go(self, key: str, token: str) -> None:
        """Release the lease like `end`; where Redis is away it lapses by itself."""
        try:
            self.end(key, token)
        except (RedisError, OSError) as error:
            logger.debug("a lease is left to lapse", extra={"cause": type(error).__name__})

    @contextmanager
    def keeping(self, key: str, token: str) -> Iterator[None]:
        """Renew an acquired lease during the block."""
        with self._lock:
            self._kept[token] = key
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="leases", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                del self._kept[token]

    def _run(self) -> None:
        while True:
            self._nothing.wait(self.seconds / 3)
            with self._lock:
                kept = list(self._kept.items())
                if not kept:
                    self._thread = None
                    return
            for token, key in kept:
                try:
                    self.renew(key, token)
                except (RedisError, OSError) as error:
                    logger.warning("a lease was not renewed", extra={"cause": type(error).__name__})
