"""The calendar month, in UTC, of a token budget."""

from __future__ import annotations

import calendar
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Month:
    """A month's name (`2026-11`), its start and end in epoch seconds."""

    name: str
    start: int
    end: int

    @classmethod
    def at(cls, epoch_seconds: float) -> Month:
        moment = time.gmtime(epoch_seconds)
        year, month = moment.tm_year, moment.tm_mon
        following = (year + month // 12, month % 12 + 1)
        start, end = (calendar.timegm((*first, 1, 0, 0, 0)) for first in ((year, month), following))
        return cls(f"{year:04d}-{month:02d}", start, end)

    def days(self, until: float) -> list[str]:
        """The names (`2026-11-20`) of the month's days until a moment in it."""
        return [f"{self.name}-{day:02d}" for day in range(1, time.gmtime(until).tm_mday + 1)]
