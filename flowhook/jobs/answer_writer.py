"""Writes stored responses to Redis asynchronously, in batches, until Redis accepts them."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from typing import Any

from redis.exceptions import RedisError

from flowhook.redis.flushing import FlushingThread

BATCH_SECONDS = 0.01
RETRY_SECONDS = 0.3
MAX_WAITING = 10_000

logger = logging.getLogger(__name__)


class AnswerWriter:
    """A queue of values by key, each written once.

    A value lost with a killed process belonged to a claim of that process, which expires too.
    """

    def __init__(self, redis: Any) -> None:
        self.redis = redis
        self._waiting: OrderedDict[str, tuple[bytes, int]] = OrderedDict()
        self._writing = threading.Lock()
        self._thread = FlushingThread("answers", self.flush, BATCH_SECONDS, RETRY_SECONDS)

    def write(self, key: str, value: bytes, milliseconds: int) -> None:
        """Queue a value with its time to live; never blocks."""
        self._waiting[key] = (value, milliseconds)
        while len(self._waiting) > MAX_WAITING:
            self._waiting.popitem(last=False)
        if not self._thread.is_awake.is_set():
            self._thread.wake()

    def flush(self) -> None:
        """Write the queued values now. Raises RedisError if Redis is unavailable."""
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
        try:
            self._thread.close()
        except (RedisError, OSError) as error:
            logger.warning("answers for repeats are lost", extra={"cause": type(error).__name__})
