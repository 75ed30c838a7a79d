"""When a web process looks for garbage: while it has little to do, or once memory has grown."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import psutil
import pytest

from service.collector import (
    CALL_BYTES,
    FEW_CALLS,
    GROWN_BYTES,
    LEFT_OBJECTS,
    Collector,
    resident_bytes,
)


class Cycle:
    """An object that only the garbage collector frees."""

    def __init__(self) -> None:
        self.itself = self
        self.parts: list[list[int]] = [[] for _ in range(LEFT_OBJECTS)]


class World:
    """What the collector sees: calls, bytes and a clock that each collection moves on."""

    def __init__(self) -> None:
        self.calls = 0
        self.bytes = 100_000_000
        self.seconds = 1000.0
        self.pause_seconds = 0.0
        self.collector = Collector(lambda: self.calls, lambda: self.bytes, self._clock)
        self.collector.start()

    def _clock(self) -> float:
        self.seconds += self.pause_seconds
        return self.seconds

    def frees_garbage(self) -> bool:
        garbage = weakref.ref(Cycle())
        assert garbage() is not None, "the collector ran by itself"
        looked = self.collector.look()
        assert looked == (garbage() is None)
        return looked


@pytest.fixture
def world() -> Iterator[World]:
    yield World()
    gc.enable()
    gc.collect()


def test_a_process_with_few_calls_frees_what_is_left(world: World) -> None:
    world.calls = FEW_CALLS
    assert world.frees_garbage()


def test_a_busy_process_frees_nothing_before_its_memory_grows(world: World) -> None:
    world.calls = 1000
    world.bytes += 1000 * CALL_BYTES
    assert not world.frees_garbage()
    world.bytes += GROWN_BYTES
    assert not world.frees_garbage()
    world.bytes += 1
    assert world.frees_garbage()
    assert not world.frees_garbage()  # it has not grown since


def test_what_was_in_flight_at_a_collection_is_not_usual(world: World) -> None:
    world.calls = 60
    world.bytes += 500_000_000  # large bodies
    assert world.frees_garbage()
    world.bytes -= 500_000_000
    assert not world.frees_garbage()
    world.bytes += 2 * GROWN_BYTES
    assert world.frees_garbage()


def test_a_process_that_does_nothing_is_left_alone(world: World) -> None:
    gc.collect()
    assert not world.collector.look()


def test_long_collections_are_rare(world: World) -> None:
    world.pause_seconds = 0.1
    assert world.frees_garbage()
    assert not world.frees_garbage()
    world.pause_seconds = 0.0
    world.seconds += 2.0
    assert world.frees_garbage()


def test_the_memory_of_this_process_is_read() -> None:
    assert resident_bytes() == pytest.approx(psutil.Process().memory_info().rss, rel=0.1)
