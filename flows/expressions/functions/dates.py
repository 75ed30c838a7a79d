"""Functions of dates."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from typing import Any

from ..isotime import read_date
from ..run import Evaluation
from ..values import Atom, Naive, Zoned, to_text
from ..vocabulary import function


def ordering(left: Any, right: Any) -> Atom:
    """The comparison result -1, 0 or 1 as `:lt`, `:eq` or `:gt`."""
    return Atom("lt" if left < right else "gt" if left > right else "eq")


def day_of(value: dt.date | Naive | Zoned) -> dt.date:
    """The date itself, or the date of a date and time."""
    return value.value.date() if isinstance(value, (Naive, Zoned)) else value


Dated = dt.date | Naive | Zoned


@function("Date.utc_today/0")
def utc_today(run: Evaluation) -> dt.date:
    """Today's date in UTC."""
    return run.moment().astimezone(dt.UTC).date()


@function("Date.to_string/1")
def date_text(date: Dated) -> str:
    """The date as `2026-01-31`."""
    return to_text(day_of(date))


@function("Date.from_iso8601!/1")
def from_iso(text: str) -> dt.date:
    """Read a date from a text like `2026-01-31`."""
    return read_date(text)


@function("Date.diff/2")
def difference(left: Dated, right: Dated) -> int:
    """The number of days from the second date to the first."""
    return (day_of(left) - day_of(right)).days


@function("Date.add/2")
def add(date: Dated, days: int) -> dt.date:
    """The date this many days later."""
    return day_of(date) + dt.timedelta(days=days)


@function("Date.compare/2")
def compare(left: Dated, right: Dated) -> Atom:
    """`:lt`, `:eq` or `:gt`, if the first date is earlier, the same or later."""
    return ordering(day_of(left), day_of(right))


@function("Date.days_in_month/1")
def days_in_month(date: Dated) -> int:
    """The number of days in the date's month."""
    day = day_of(date)
    return monthrange(day.year, day.month)[1]
