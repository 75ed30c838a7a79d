"""The `graph` fixture: a fresh FakeGraph for each test, and `line`, a phone number of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.graph import FakeGraph, Line


@pytest.fixture
def graph() -> Iterator[FakeGraph]:
    with FakeGraph() as fake:
        yield fake


@pytest.fixture
def line(graph: FakeGraph) -> Line:
    return graph.add_line()
