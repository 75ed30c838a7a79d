"""Wait for a condition with a deadline, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

PATIENCE = 30.0  # seconds; what takes a moment on an idle machine takes many on a busy one
START_SECONDS = 90.0  # for the service, or one of its processes, to start


def wait_for(condition: Callable[[], Result], what: str, *, seconds: float = PATIENCE) -> Result:
    """The first true answer of `condition`; an OSError or a Redis error counts as "not yet"."""
    import redis  # the tests of the local model need none

    deadline = time.monotonic() + seconds
    last: object = None
    while time.monotonic() < deadline:
        try:
            last = condition()
        except (OSError, redis.RedisError, redis.exceptions.RedisClusterException) as error:
            last = error
        else:
            if last:
                return last
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds:g} s for {what}; last seen: {last!r}")
