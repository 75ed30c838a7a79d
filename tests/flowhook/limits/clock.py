"""A clock that stands still until a test moves it."""

from __future__ import annotations

import calendar

NOON = calendar.timegm((2026, 11, 20, 12, 0, 0))


class Clock:
    """Epoch seconds."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
