"""The `world` fixture: a WhatsApp channel over a fresh fake Meta."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.graph import FakeGraph, Line
from tests.flows.channels.whatsapp.world import World


@pytest.fixture
def world(fake_redis: Any, graph: FakeGraph, line: Line) -> World:
    return World(fake_redis, graph, line)
