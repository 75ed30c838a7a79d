"""The `google` fixture, and a service that asks it: `google_service`, with an organisation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from tests.fakes.google import FakeGoogle
from tests.fixtures_app import OpenService, Service


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    with FakeGoogle() as fake:
        yield fake


@pytest.fixture
def google_service(
    open_service: OpenService, fake_redis: redis.Redis, google: FakeGoogle
) -> Service:
    service = open_service(fake_redis, **google.addresses)
    service.organisation()
    return service
