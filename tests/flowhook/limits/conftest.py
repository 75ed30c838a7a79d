"""A limiter by a clock that the test moves."""

from __future__ import annotations

import pytest

from flowhook.limits.limiter import Limiter
from flowhook.redis.connect import Client
from tests.flowhook.limits.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(any_redis: Client, clock: Clock) -> Limiter:
    return Limiter(any_redis, clock)
