"""The `graph` fixture: a fresh FakeGraph for each test, and `line`, a phone number of it.

`on_whatsapp` opens services to which Meta delivers what is written to that number.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.fakes.graph import FakeGraph, Line
from tests.fixtures_app import OpenService, Service


@pytest.fixture
def graph() -> Iterator[FakeGraph]:
    with FakeGraph() as fake:
        yield fake


@pytest.fixture
def line(graph: FakeGraph) -> Line:
    return graph.add_line()


@pytest.fixture
def on_whatsapp(open_service: OpenService, graph: FakeGraph, line: Line) -> OpenService:
    """Opens services as `open_service` does, each with the organisation acme on WhatsApp."""

    def open_one(store: Any, **changes: Any) -> Service:
        service = open_service(store, whatsapp_base_url=graph.base_url, **changes)
        graph.now = time.time()
        service.organisation()
        assert service.operator("PUT", "/settings/acme/whatsapp", line.settings()).status == 201
        deliver_to(service, "acme", line)
        return service

    return open_one


def deliver_to(service: Service, org: str, line: Line) -> None:
    """Have Meta deliver this number's messages straight to the organisation's route."""

    def post(raw: bytes, headers: Mapping[str, str]) -> int:
        path = f"/channels/whatsapp/{org}"
        return service.request("POST", path, raw=raw, headers=dict(headers)).status

    line.post = post
