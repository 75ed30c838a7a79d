"""Office hours as a text: days and times, in the organisation's time zone.

`Mon-Fri 09:00-13:00, Mon-Fri 14:00-18:00, Sat 10:00-13:00`; a day that is not named is closed, and
`22:00-06:00` ends on the next morning. The days are English, of three letters or more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
_PART = re.compile(
    r"([a-z]{3,9})(?: ?- ?([a-z]{3,9}))? ([0-9]{1,2}):([0-9]{2}) ?- ?([0-9]{1,2}):([0-9]{2})"
)


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening: minutes since Monday 00:00, `end` after `start`."""

    start: int
    end: int

    def holds(self, minute: int) -> bool:
        return self.start <= minute < self.end or self.start <= minute + WEEK_MINUTES < self.end


def is_open(hours: str, now: datetime) -> bool:
    """Whether the office is open at `now`, a time in the organisation's zone.

    >>> is_open("Mon-Fri 09:00-18:00", datetime(2026, 11, 27, 17, 59))
    True
    >>> is_open("Fri 22:00-06:00", datetime(2026, 11, 28, 5, 0))
    True
    """
    minute = now.weekday() * DAY_MINUTES + now.hour * 60 + now.minute
    return any(opening.holds(minute) for opening in read_hours(hours))


@lru_cache(maxsize=256)
def read_hours(hours: str) -> tuple[Opening, ...]:
    """Read the openings of a week; raises ValueError with the part that cannot be read.

    >>> read_hours("Sun 09:00-10:00")
    (Opening(start=9180, end=9240),)
    """
    return tuple(opening for part in hours.split(",") for opening in _openings(part))


def _openings(part: str) -> list[Opening]:
    found = _PART.fullmatch(" ".join(part.lower().replace("–", "-").split()))
    if found is None:
        raise ValueError(part.strip())
    first, last, *times = found.groups()
    days = _days(_day(first, part), _day(last or first, part))
    start, end = _minute(times[:2], part), _minute(times[2:], part)
    length = end - start if end > start else end - start + DAY_MINUTES
    return [Opening(day * DAY_MINUTES + start, day * DAY_MINUTES + start + length) for day in days]


def _days(first: int, last: int) -> list[int]:
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)]


def _day(name: str, part: str) -> int:
    found = [place for place, day in enumerate(DAYS) if day.startswith(name)]
    if len(found) != 1:
        raise ValueError(part.strip())
    return found[0]


def _minute(time: list[str], part: str) -> int:
    hour, minute = int(time[0]), int(time[1])
    if minute > 59 or hour * 60 + minute > DAY_MINUTES:
        raise ValueError(part.strip())
    return hour * 60 + minute
