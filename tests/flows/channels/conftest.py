"""A contact queue on every kind of Redis."""

from __future__ import annotations

from typing import Any

import pytest

from flows.channels.contact_queue import ContactQueue
from tests.flows.channels.queues import Clock, open_queue


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(any_redis: Any, clock: Clock) -> ContactQueue:
    return open_queue(any_redis, clock)
