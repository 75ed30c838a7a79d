"""Retry a write to the store or the queue until it succeeds, so that nothing is lost."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from redis.exceptions import RedisError

from flowhook.redis.fullness import away_level

PAUSE_SECONDS = 0.3
AWAY = (RedisError, OSError)
"""The exceptions of an unreachable store or queue."""

Value = TypeVar("Value")
logger = logging.getLogger(__name__)


def retry_until_available(tell: Callable[[], Value]) -> Value:
    """Return `tell`'s value, retried until its server answers; `tell` must be idempotent."""
    while True:
        try:
            return tell()
        except AWAY as error:
            told = {"cause": type(error).__name__}
            logger.log(away_level(error), "a job waits for its store", extra=told)
            time.sleep(PAUSE_SECONDS)
