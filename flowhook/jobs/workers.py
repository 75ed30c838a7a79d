"""Which worker processes live: each says so every few seconds, and the home page counts them."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from typing import Any

from redis.exceptions import RedisError

BEAT_SECONDS = 5.0
LIVING_SECONDS = 20.0  # after its last beat a worker counts as gone
KEY = "fh:workers"  # sorted set: a worker's name and when it beat last (epoch seconds)

logger = logging.getLogger(__name__)


class Workers:
    """This process's beat, where it is a worker, and the number of all."""

    def __init__(self, redis: Any, clock: Callable[[], float] = time.time) -> None:
        self.redis = redis
        self.clock = clock
        self.name = secrets.token_hex(8)
        self._next = 0.0

    def beat(self) -> None:
        """Say that this worker lives, if it is time to; never fails."""
        now = self.clock()
        if now < self._next:
            return
        self._next = now + BEAT_SECONDS
        try:
            self.redis.zadd(KEY, {self.name: now})
            self.redis.zremrangebyscore(KEY, "-inf", now - LIVING_SECONDS)
        except (RedisError, OSError) as error:
            logger.debug("a worker's beat was lost", extra={"cause": repr(error)})

    def leave(self) -> None:
        """Say that this worker ends."""
        try:
            self.redis.zrem(KEY, self.name)
        except (RedisError, OSError) as error:
            logger.debug("the worker's name lapses by itself", extra={"cause": repr(error)})

    def living(self) -> int:
        return int(self.redis.zcount(KEY, self.clock() - LIVING_SECONDS, "+inf"))
