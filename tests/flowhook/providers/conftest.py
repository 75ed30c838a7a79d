"""All transports, under the same tests."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.providers.gevent_transport import GeventTransport
from flowhook.providers.pooled_transport import PooledTransport
from flowhook.providers.requests_transport import RequestsTransport
from flowhook.providers.websocket import ConversingTransport
from tests.fakes.openai import FakeOpenAI
from tests.flowhook.providers.asking import Asker, OpenAsker

TRANSPORTS: dict[str, type[Any]] = {
    "requests": RequestsTransport,
    "pooled": PooledTransport,
    "gevent": GeventTransport,
}


@pytest.fixture(params=list(TRANSPORTS))
def transport(request: pytest.FixtureRequest) -> ConversingTransport:
    made: ConversingTransport = TRANSPORTS[request.param]()
    return made


@pytest.fixture
def open_asker(openai: FakeOpenAI, transport: ConversingTransport) -> OpenAsker:
    return lambda **account: Asker(openai, transport, **account)


@pytest.fixture
def asker(open_asker: OpenAsker) -> Asker:
    return open_asker()
