"""Functions of times of day and of dates with times: Time, NaiveDateTime, DateTime."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from ..fault import FAILED, ExpressionError
from ..isotime import read_naive, read_time, read_zoned
from ..run import Evaluation
from ..values import Atom, Naive, Time, Zoned, offset_text, time_text, to_text
from ..vocabulary import function
from .dates import ordering

SECOND = Atom("second")
_PER_SECOND = {"second": 1, "millisecond": 1000, "microsecond": 1_000_000}
_DIGITS = {"second": 0, "millisecond": 3, "microsecond": 6}
_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}
_EPOCH = dt.datetime(1970, 1, 1)


def zone(name: str) -> ZoneInfo:
    """The time zone with an IANA name. Raises ExpressionError if there is none."""
    try:
        return ZoneInfo("UTC" if name == "Etc/UTC" else name)
    except (KeyError, ValueError, OSError) as error:
        raise ExpressionError(FAILED) from error


def now_in(run: Evaluation, name: str) -> Zoned:
    return Zoned(run.moment().astimezone(zone(name)), 6)


def in_utc(value: Naive | Zoned) -> dt.datetime:
    """The date and time in UTC, without a zone; one that has no zone is taken as UTC."""
    moment = value.value
    return moment if isinstance(value, Naive) else moment.astimezone(dt.UTC).replace(tzinfo=None)


def _microseconds(moment: dt.datetime) -> int:
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)


def between(left: int, right: int, unit: Atom) -> int:
    """The difference of two times given in microseconds, in whole units.

    Both are first truncated to the unit, or to seconds for a unit longer than a second.

    Raises ExpressionError for an unknown unit.
    """
    if unit.name in _SECONDS:
        seconds = left // 1_000_000 - right // 1_000_000
        size = abs(seconds) // _SECONDS[unit.name]
        return size if seconds >= 0 else -size
    if unit.name not in _PER_SECOND:
        raise ExpressionError(FAILED)
    step = 1_000_000 // _PER_SECOND[unit.name]
    return left // step - right // step


@function("Time.from_iso8601!/1")
def time_from_iso(text: str) -> Time:
    """Read a time of day from a text like `12:30:00`."""
    return read_time(text)


@function("Time.diff/3")
def time_difference(left: Time, right: Time, unit: Atom) -> int:
    """The time from the second time of day to the first, in a unit.

    Raises ExpressionError for an unknown unit.
    """
    if unit.name == "day":
        raise ExpressionError(FAILED)
    return between(_of_day(left), _of_day(right), unit)


def _of_day(time: Time) -> int:
    value = time.value
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return seconds * 1_000_000 + value.microsecond


@function("NaiveDateTime.from_iso8601!/1")
def naive_from_iso(text: str) -> Naive:
    """Read a date and time from a text like `2026-01-31T12:30:00`."""
    return read_naive(text)


@function("NaiveDateTime.new!/2")
def naive_new(date: dt.date, time: Time) -> Naive:
    """Combine a date and a time of day."""
    return Naive(dt.datetime.combine(date, time.value), time.precision)


@function("NaiveDateTime.diff/3")
def naive_difference(left: Naive, right: Naive, unit: Atom) -> int:
    """The time from the second to the first, in a unit."""
    return between(_microseconds(left.value), _microseconds(right.value), unit)


@function("NaiveDateTime.compare/2")
def naive_compare(left: Naive, right: Naive) -> Atom:
    """`:lt`, `:eq` or `:gt`, if the first is earlier, the same or later."""
    return ordering(left.value, right.value)


@function("DateTime.utc_now/0")
def utc_now(run: Evaluation) -> Zoned:
    """The current time in UTC."""
    return now_in(run, "UTC")


@function("DateTime.now!/1")
def now(run: Evaluation, name: str) -> Zoned:
    """The current time in a time zone."""
    return now_in(run, name)


@function("DateTime.new!/3")
def new(date: dt.date, time: Time, name: str) -> Zoned:
    """Combine a date and a time of day in a time zone."""
    return Zoned(dt.datetime.combine(date, time.value, zone(name)), time.precision)


@function("DateTime.from_naive!/2")
def from_naive(naive: Naive, name: str) -> Zoned:
    """Attach a time zone to a date and time."""
    return Zoned(naive.value.replace(tzinfo=zone(name)), naive.precision)


@function("DateTime.from_iso8601/1")
def from_iso(text: str) -> Any:
    """`{:ok, time in UTC, offset in seconds}`, or `{:error, :invalid_format}`."""
    try:
        moment, offset = read_zoned(text)
    except ExpressionError:
        return Atom("error"), Atom("invalid_format")
    return Atom("ok"), moment, offset


@function("DateTime.diff/2", "DateTime.diff/3")
def difference(left: Zoned, right: Zoned, unit: Atom = SECOND) -> int:
    """The time from the second to the first, in a unit (default: seconds)."""
    return between(_microseconds(in_utc(left)), _microseconds(in_utc(right)), unit)


@function("DateTime.after?/2")
def is_after(left: Zoned, right: Zoned) -> bool:
    """Whether the first time is later."""
    return in_utc(left) > in_utc(right)


@function("DateTime.add/3")
def add(moment: Zoned, amount: int, unit: Atom) -> Zoned:
    """The time this many units later, in the same zone.

    Raises ExpressionError for an unknown unit.
    """
    if unit.name in _SECONDS:
        step = dt.timedelta(seconds=_SECONDS[unit.name] * amount)
    elif unit.name in _PER_SECOND:
        step = dt.timedelta(microseconds=amount * 1_000_000 // _PER_SECOND[unit.name])
    else:
        raise ExpressionError(FAILED)
    shifted = (moment.value.astimezone(dt.UTC) + step).astimezone(moment.value.tzinfo)
    return Zoned(shifted, max(moment.precision, _DIGITS.get(unit.name, 0)))


@function("DateTime.to_unix/1")
def to_unix(moment: Zoned) -> int:
    """Seconds since 1970."""
    return _microseconds(in_utc(moment)) // 1_000_000


@function("DateTime.to_date/1")
def to_date(moment: Zoned) -> dt.date:
    """The date in its own time zone."""
    return moment.value.date()


@function("DateTime.to_string/1")
def moment_text(moment: Zoned) -> str:
    """The date and time as `2026-01-31 12:30:00Z`."""
    return to_text(moment)


@function("DateTime.to_iso8601/1")
def moment_iso(moment: Zoned) -> str:
    """The date and time as `2026-01-31T12:30:00Z`."""
    return iso_text(moment)


def iso_text(value: Naive | Zoned) -> str:
    moment = value.value
    text = f"{to_text(moment.date())}T{time_text(moment.time(), value.precision)}"
    return text + offset_text(value) if isinstance(value, Zoned) else text
