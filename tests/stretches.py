"""How long work goes on without letting other requests run, in seconds of its thread's CPU."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

MOST = 0.15  # the goal is 0.1 s; other work on the machine makes the same steps dearer


class Stretches:
    """The stretches between the pauses of one thread."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._since = time.thread_time()
        self._thread = threading.get_ident()
        self._sleep = time.sleep

    def pause(self, seconds: float) -> None:
        self.end()
        self._sleep(seconds)

    def end(self) -> None:
        if threading.get_ident() == self._thread:
            self.seconds.append(time.thread_time() - self._since)
            self._since = time.thread_time()

    @property
    def longest(self) -> float:
        return max(self.seconds)


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
