"""One evaluation: the values it may read, and the time and memory it may still use."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from .fault import RESOURCES, TIMED_OUT, ExpressionError
from .splice import Spliced

MAX_SECONDS = 0.1
MAX_BYTES = 8_000_000
"""The limit for all values that one evaluation creates; an element of a list counts 16."""

TICKS_PER_CLOCK_CHECK = 32


current: ContextVar[Evaluation] = ContextVar("current expression run")


def step() -> None:
    """Tick the current evaluation, in walks through values that may share their parts."""
    run = current.get(None)
    if run is not None:
        run.tick()


class Evaluation:
    """State of one evaluation: every loop calls `tick`, everything that grows calls `charge`."""

    __slots__ = ("bindings", "bytes_left", "deadline", "now", "templates", "ticks", "values")

    def __init__(
        self,
        bindings: Mapping[str, Any],
        values: Sequence[Spliced] = (),
        now: datetime | None = None,
        templates: Mapping[str, Mapping[str, Any]] | None = None,
        until: float | None = None,
    ) -> None:
        self.bindings = bindings
        self.values = values
        self.now = now
        self.templates = templates or {}
        self.bytes_left = MAX_BYTES
        self.ticks = 0
        self.deadline = time.perf_counter() + MAX_SECONDS
        if until is not None:
            self.deadline = min(self.deadline, until)

    def tick(self) -> None:
        """Count one turn of a loop. Raises ExpressionError after the deadline."""
        self.ticks += 1
        if self.ticks % TICKS_PER_CLOCK_CHECK == 0 and time.perf_counter() > self.deadline:
            raise ExpressionError(TIMED_OUT)

    def charge(self, size: int) -> None:
        """Count `size` bytes about to be allocated; a large allocation checks the time too.

        Raises ExpressionError above the limit of memory, or after the deadline.
        """
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise ExpressionError(RESOURCES)
        if size > 10_000 and time.perf_counter() > self.deadline:
            raise ExpressionError(TIMED_OUT)

    def shown(self, index: int) -> str:
        """The text of a spliced value; a placeholder written by the author stays as it is."""
        return self.values[index].shown if index < len(self.values) else f"ƒ{index}ƒ"

    def moment(self) -> datetime:
        return self.now if self.now is not None else datetime.now(UTC)
