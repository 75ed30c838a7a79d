"""Decides when a web process frees its garbage: cycles of objects, which should be rare.

A collection walks the objects of all calls in flight, some 60 ms for a thousand, and nobody is
answered meanwhile. Python would begin one after so many allocations, which is when many calls are
in flight; this begins one while few are, or when memory has grown more than the calls explain.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from pathlib import Path

FEW_CALLS = 50
LEFT_OBJECTS = 1_000  # allocated and not freed since the last collection
GROWN_BYTES = 32 * 1024 * 1024
CALL_BYTES = 64 * 1024  # what a call in flight takes, and a little more
PAUSE_SHARE = 20  # a collection that took 60 ms is followed by 1.2 s without one

STATM = Path("/proc/self/statm")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def resident_bytes() -> int:
    """Return the memory of this process; 0 where the system has no /proc."""
    try:
        return int(STATM.read_bytes().split()[1]) * PAGE_BYTES
    except OSError:
        return 0


class Collector:
    """Frees garbage in a process whose automatic collections it turns off."""

    def __init__(
        self,
        calls: Callable[[], int],
        memory: Callable[[], int] = resident_bytes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`calls` tells how many are in flight, `memory` how many bytes the process takes."""
        self.calls = calls
        self.memory = memory
        self.clock = clock
        self._not_before = 0.0
        self._usual = 0  # bytes without calls, after the last collection

    def start(self) -> None:
        """Exclude what is loaded from every collection, and begin to decide."""
        gc.disable()
        gc.collect()
        gc.freeze()
        self._usual = self.memory()

    def look(self) -> bool:
        """Collect if it is time; to be called each second. Tells whether it was."""
        calls, memory = self.calls(), self.memory()
        self._usual = min(self._usual, memory)  # bodies that were in flight at the last are gone
        is_quiet = calls <= FEW_CALLS and gc.get_count()[0] >= LEFT_OBJECTS
        has_grown = memory - calls * CALL_BYTES > self._usual + GROWN_BYTES
        started = self.clock()
        if not (is_quiet or has_grown) or started < self._not_before:
            return False
        gc.collect()
        ended = self.clock()
        self._not_before = ended + (ended - started) * PAUSE_SHARE
        self._usual = max(0, self.memory() - calls * CALL_BYTES)
        return True
