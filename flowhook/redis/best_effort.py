"""What a call can do without: it is written where Redis takes it, and else the call goes on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


@contextmanager
def best_effort(what: str) -> Iterator[None]:
    """Swallow that Redis is away; `what` says in the log what was not written."""
    try:
        yield
    except RedisError as error:
        logger.warning("Redis is away", extra={"unwritten": what, "cause": type(error).__name__})
