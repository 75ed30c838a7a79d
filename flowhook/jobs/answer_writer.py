"""Writes stored responses to Redis asynchronously, in batches, until Redis accepts them."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from redis.exceptions import RedisError

from flowhook.redis.flushing import FlushingThread
from flowhook.redis.script import Argument, Script

BATCH_SECONDS = 0.01
RETRY_SECONDS = 0.3
MAX_WAITING = 10_000
MAX_WAITING_BYTES = 32 * 1024 * 1024

KEEP = Script(Path(__file__).with_name("keep_answer.lua"))

logger = logging.getLogger(__name__)


class Answer(NamedTuple):
    """An answer, and what else `keep_answer.lua` takes: its keys, and its further arguments."""

    keys: Sequence[str]
    value: bytes
    arguments: Sequence[Argument]


class AnswerWriter:
    """A queue of answers by key, each written once; the oldest are dropped where it is full.

    One lost with a killed process belonged to a claim of that process, which expires too.
    """

    def __init__(self, redis: Any) -> None:
        self.redis = redis
        self._waiting: OrderedDict[str, Answer] = OrderedDict()
        self._bytes = 0
        self._writing = threading.Lock()
        self._thread = FlushingThread("answers", self.flush, BATCH_SECONDS, RETRY_SECONDS)

    def write(self, answer: Answer) -> None:
        """Queue an answer; never blocks."""
        self._drop(answer.keys[0])
        self._waiting[answer.keys[0]] = answer
        self._bytes += len(answer.value)
        while len(self._waiting) > MAX_WAITING or self._bytes > MAX_WAITING_BYTES:
            self._drop(next(iter(self._waiting)))
        if not self._thread.is_awake.is_set():
            self._thread.wake()

    def flush(self) -> None:
        """Write the queued answers now. Raises RedisError if Redis is unavailable."""
        with self._writing:
            batch = list(self._waiting.items())
            if not batch:
                return
            pipe = self.redis.pipeline(transaction=False)
            for _, answer in batch:
                KEEP.add_to(pipe, answer.keys, [answer.value, *answer.arguments])
            pipe.execute()
            for key, written in batch:
                if self._waiting.get(key) is written:
                    self._drop(key)

    def close(self) -> None:
        try:
            self._thread.close()
        except (RedisError, OSError) as error:
            logger.warning("answers for repeats are lost", extra={"cause": type(error).__name__})

    def _drop(self, key: str) -> None:
        dropped = self._waiting.pop(key, None)
        if dropped is not None:
            self._bytes -= len(dropped.value)
