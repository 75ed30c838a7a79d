"""Keeps the turns of processes that are alive: renews their leases while a webhook is under way."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from redis.exceptions import RedisError

from flows.conversation_store import Turn

logger = logging.getLogger(__name__)


class LeaseKeeper:
    """One thread (greenlet) for all turns of the process; it ends when there are none."""

    def __init__(self, renew: Callable[[Turn], bool], every_seconds: float) -> None:
        self.renew = renew
        self.every_seconds = every_seconds
        self._turns: dict[str, Turn] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._nothing = threading.Event()

    @contextmanager
    def keeping(self, turn: Turn) -> Iterator[None]:
        """Keep this turn for as long as the block takes."""
        with self._lock:
            self._turns[turn.token] = turn
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="leases", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                del self._turns[turn.token]

    def _run(self) -> None:
        while True:
            self._nothing.wait(self.every_seconds)
            with self._lock:
                turns = list(self._turns.values())
                if not turns:
                    self._thread = None
                    return
            for turn in turns:
                self._renew(turn)

    def _renew(self, turn: Turn) -> None:
        try:
            self.renew(turn)
        except (RedisError, OSError) as error:
            logger.warning("a turn was not renewed", extra={"cause": type(error).__name__})
