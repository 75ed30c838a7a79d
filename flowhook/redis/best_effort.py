"""Writes that may fail: a call goes on without them while Redis is unavailable."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import RedisError

from flowhook.redis.fullness import away_level

logger = logging.getLogger(__name__)


@contextmanager
def best_effort(what: str) -> Iterator[None]:
    """Suppress errors of an unavailable Redis; `what` names in the log what was not written."""
    try:
        yield
    except RedisError as error:
        told = {"unwritten": what, "cause": type(error).__name__}
        logger.log(away_level(error), "Redis is away", extra=told)
