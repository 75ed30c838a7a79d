"""How long work goes on without letting other requests run, in seconds of its thread's CPU.

As on a calm machine: where other work shares its cores and memory, the same steps cost up to twice
as much, so each time is divided by what a piece of known work costs just then.
"""

from __future__ import annotations

import gc
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

MOST = 0.15  # the goal is 0.1 s
PACE_SECONDS = 0.012  # what that work takes on the machine that the goal was set on, when calm
MOST_SLOWNESS = 3.0


class Stretches:
    """The stretches between the pauses of one thread."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._thread = threading.get_ident()
        self._sleep = time.sleep
        self._slowness = slowness()
        self._since = time.thread_time()

    def pause(self, seconds: float) -> None:
        self.end()
        self._sleep(seconds)

    def end(self) -> None:
        if threading.get_ident() == self._thread:
            self.seconds.append(time.thread_time() - self._since)
            self._since = time.thread_time()

    @property
    def longest(self) -> float:
        return max(self.seconds) / max(self._slowness, slowness())


def slowness() -> float:
    """How much more CPU a piece of known work costs now than on a calm machine: 1 to 3."""
    began = time.thread_time()
    rows = [{"number": number, "text": str(number)} for number in range(10_000)]
    json.loads(json.dumps(rows))
    spent = time.thread_time() - began
    return min(max(spent / PACE_SECONDS, 1.0), MOST_SLOWNESS)


@contextmanager
def stretches() -> Iterator[Stretches]:
    """Measure the work of the block, between the calls of time.sleep in this thread.

    Without the garbage collector, which would walk through all objects of the tests.
    """
    gc.collect()
    gc.disable()
    measured = Stretches()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(time, "sleep", measured.pause)
            yield measured
        measured.end()
    finally:
        gc.enable()
