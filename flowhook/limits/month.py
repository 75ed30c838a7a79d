"""The calendar month, in UTC, of a token budget."""

from __future__ import annotations

import calendar
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Month:
    """A month's name (`2026-11`) and its end in epoch seconds."""

    name: str
    end: int

    @classmethod
    def at(cls, epoch_seconds: float) -> Month:
        moment = time.gmtime(epoch_seconds)
        year, month = moment.tm_year, moment.tm_mon
        following = (year + month // 12, month % 12 + 1)
        return cls(f"{year:04d}-{month:02d}", calendar.timegm((*following, 1, 0, 0, 0)))
