"""Parts of dates and times by name, and their texts, as used by every kind of format string."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from .fault import FAILED, ExpressionError
from .values import Naive, Time, Zoned

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Moment = dt.date | Time | Naive | Zoned


def inner(value: Any) -> Any:
    """Return the Python value behind a date or time.

    Reading a part that it does not have raises AttributeError, which fails the expression.
    """
    return value.value if isinstance(value, (Time, Naive, Zoned)) else value


def offset(value: Any, separator: str = "") -> str:
    """The UTC offset as `+0530`, or with a separator as `+05:30`.

    Raises ExpressionError for a value without a time zone.
    """
    if not isinstance(value, Zoned):
        raise ExpressionError(FAILED)
    seconds = int((value.value.utcoffset() or dt.timedelta()).total_seconds())
    sign, minutes = "-" if seconds < 0 else "+", abs(seconds) // 60
    return f"{sign}{minutes // 60:02}{separator}{minutes % 60:02}"


def zone_abbreviation(value: Any) -> str:
    """The abbreviation of the time zone. Raises ExpressionError for a value without one."""
    if not isinstance(value, Zoned):
        raise ExpressionError(FAILED)
    return "UTC" if value.zone == "Etc/UTC" else value.value.tzname() or ""


def epoch_seconds(value: Any) -> int:
    moment = inner(value)
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time())
    return int((moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp() // 1)


NUMBERS: dict[str, Callable[[Any], int]] = {
    "year": lambda value: inner(value).year,
    "year2": lambda value: inner(value).year % 100,
    "century": lambda value: inner(value).year // 100,
    "month": lambda value: inner(value).month,
    "day": lambda value: inner(value).day,
    "day_of_year": lambda value: inner(value).timetuple().tm_yday,
    "quarter": lambda value: (inner(value).month + 2) // 3,
    "weekday": lambda value: inner(value).isoweekday(),
    "weekday_sunday": lambda value: inner(value).isoweekday() % 7,
    "iso_year": lambda value: inner(value).isocalendar().year,
    "iso_week": lambda value: inner(value).isocalendar().week,
    "week_monday": lambda value: int(inner(value).strftime("%W")),
    "week_sunday": lambda value: int(inner(value).strftime("%U")),
    "hour": lambda value: inner(value).hour,
    "hour12": lambda value: (inner(value).hour + 11) % 12 + 1,
    "minute": lambda value: inner(value).minute,
    "second": lambda value: inner(value).second,
    "millisecond": lambda value: inner(value).microsecond // 1000,
}

TEXTS: dict[str, Callable[[Any], str]] = {
    "month_full": lambda value: MONTHS[inner(value).month - 1],
    "month_short": lambda value: MONTHS[inner(value).month - 1][:3],
    "weekday_full": lambda value: DAYS[inner(value).weekday()],
    "weekday_short": lambda value: DAYS[inner(value).weekday()][:3],
    "AM": lambda value: "AM" if inner(value).hour < 12 else "PM",
    "am": lambda value: "am" if inner(value).hour < 12 else "pm",
    "epoch": lambda value: str(epoch_seconds(value)),
    "offset": offset,
    "offset_colon": lambda value: offset(value, ":"),
    "zone_abbreviation": zone_abbreviation,
    "zone": lambda value: str(value.zone),
}


def part(value: Any, name: str, width: int, padding: str) -> str:
    """The text of one part; numbers are padded to `width`."""
    if name in NUMBERS:
        return (
            str(NUMBERS[name](value)).rjust(width, padding)
            if padding
            else str(NUMBERS[name](value))
        )
    return TEXTS[name](value)
