"""The `sarvam` fixture, and a service whose accounts at Sarvam are there: `sarvam_service`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from tests.fakes.sarvam import FakeSarvam
from tests.fixtures_app import OpenService, Service


@pytest.fixture
def sarvam() -> Iterator[FakeSarvam]:
    with FakeSarvam() as fake:
        yield fake


@pytest.fixture
def sarvam_service(
    open_service: OpenService, fake_redis: redis.Redis, sarvam: FakeSarvam
) -> Service:
    """Loopback is opened, for callers' media and for the storage of batch jobs."""
    return open_service(fake_redis, sarvam_base_url=sarvam.url, allow_private_urls=("127.0.0.1",))
