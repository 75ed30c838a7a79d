"""Writes answers for repeats behind the calls' backs, in batches, until Redis has them."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from typing import Any

from redis.exceptions import RedisError

BATCH_SECONDS = 0.01
RETRY_SECONDS = 0.3
MAX_WAITING = 10_000

logger = logging.getLogger(__name__)


class AnswerWriter:
    """Values by key, each written once; the first after a quiet moment goes out at once.

    What is lost with a killed process was a live claim of that process, which lapses with it.
    """

    def __init__(self, redis: Any) -> None:
        self.redis = redis
        self._waiting: OrderedDict[str, tuple[bytes, int]] = OrderedDict()
        self._wakeup = threading.Event()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None

    def write(self, key: str, value: bytes, milliseconds: int) -> None:
        """Queue a value with its time to live; never blocks."""
        self._waiting[key] = (value, milliseconds)
        while len(self._waiting) > MAX_WAITING:
            self._waiting.popitem(last=False)
        if not self._wakeup.is_set():
            self._wakeup.set()
        if self._thread is None:
            self._start()

    def flush(self) -> None:
        """Write what is queued now; raises RedisError if it cannot."""
        with self._writing:
            batch = list(self._waiting.items())
            if not batch:
                return
            pipe = self.redis.pipeline(transaction=False)
            for key, (value, milliseconds) in batch:
                pipe.set(key, value, px=milliseconds)
            pipe.execute()
            for key, written in batch:
                if self._waiting.get(key) is written:
                    del self._waiting[key]

    def close(self) -> None:
        self._ended.set()
        self._wakeup.set()
        try:
            self.flush()
        except (RedisError, OSError) as error:
            logger.warning("answers for repeats are lost", extra={"cause": type(error).__name__})

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="answers", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._wakeup.wait()
            self._wakeup.clear()
            try:
                self.flush()
                time.sleep(BATCH_SECONDS)
            except (RedisError, OSError) as error:
                logger.warning("answers wait for Redis", extra={"cause": type(error).__name__})
                self._wakeup.set()
                time.sleep(RETRY_SECONDS)
