"""Wait for a condition with a deadline, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def wait_for(condition: Callable[[], Result], what: str, *, seconds: float = 10.0) -> Result:
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
