"""Tell the store or the queue, however long it is away: what is not told would be lost."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from redis.exceptions import RedisError

PAUSE_SECONDS = 0.3
AWAY = (RedisError, OSError)
"""What a store or a queue raises that cannot be reached at the moment."""

Value = TypeVar("Value")
logger = logging.getLogger(__name__)


def retry_until_available(tell: Callable[[], Value]) -> Value:
    """`tell`'s value, tried again until its server answers; `tell` must bear repeating."""
    while True:
        try:
            return tell()
        except AWAY as error:
            logger.warning("a job waits for its store", extra={"cause": type(error).__name__})
            time.sleep(PAUSE_SECONDS)
