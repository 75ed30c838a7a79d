"""Times of day, and dates with times: Time, NaiveDateTime, DateTime."""

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
    """A time zone by its IANA name."""
    try:
        return ZoneInfo("UTC" if name == "Etc/UTC" else name)
    except (KeyError, ValueError, OSError) as error:
        raise ExpressionError(FAILED) from error


def now_in(run: Evaluation, name: str) -> Zoned:
    return Zoned(run.moment().astimezone(zone(name)), 6)


def in_utc(value: Naive | Zoned) -> dt.datetime:
    """The moment without a zone, in UTC; a naive one is taken for UTC."""
    moment = value.value
    return moment if isinstance(value, Naive) else moment.astimezone(dt.UTC).replace(tzinfo=None)


def _microseconds(moment: dt.datetime) -> int:
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)


def between(left: int, right: int, unit: Atom) -> int:
    """From microseconds to whole units: each side is cut to seconds before they are compared."""
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
    """The time of day a text like `12:30:00` is."""
    return read_time(text)


@function("Time.diff/3")
def time_difference(left: Time, right: Time, unit: Atom) -> int:
    """How many units the first time of day is after the second."""
    if unit.name == "day":
        raise ExpressionError(FAILED)
    return between(_of_day(left), _of_day(right), unit)


def _of_day(time: Time) -> int:
    value = time.value
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return seconds * 1_000_000 + value.microsecond


@function("NaiveDateTime.from_iso8601!/1")
def naive_from_iso(text: str) -> Naive:
    """The date and time a text like `2026-01-31T12:30:00` is."""
    return read_naive(text)


@function("NaiveDateTime.new!/2")
def naive_new(date: dt.date, time: Time) -> Naive:
    """A date and a time of day put together."""
    return Naive(dt.datetime.combine(date, time.value), time.precision)


@function("NaiveDateTime.diff/3")
def naive_difference(left: Naive, right: Naive, unit: Atom) -> int:
    """How many units the first is after the second."""
    return between(_microseconds(left.value), _microseconds(right.value), unit)


@function("NaiveDateTime.compare/2")
def naive_compare(left: Naive, right: Naive) -> Atom:
    """`:lt`, `:eq` or `:gt`."""
    return ordering(left.value, right.value)


@function("DateTime.utc_now/0")
def utc_now(run: Evaluation) -> Zoned:
    """This moment, in UTC."""
    return now_in(run, "UTC")


@function("DateTime.now!/1")
def now(run: Evaluation, name: str) -> Zoned:
    """This moment in a time zone."""
    return now_in(run, name)


@function("DateTime.new!/3")
def new(date: dt.date, time: Time, name: str) -> Zoned:
    """A date and a time of day in a time zone."""
    return Zoned(dt.datetime.combine(date, time.value, zone(name)), time.precision)


@function("DateTime.from_naive!/2")
def from_naive(naive: Naive, name: str) -> Zoned:
    """A date and time put in a time zone."""
    return Zoned(naive.value.replace(tzinfo=zone(name)), naive.precision)


@function("DateTime.from_iso8601/1")
def from_iso(text: str) -> Any:
    """`{:ok, moment in UTC, offset in seconds}`, or `{:error, :invalid_format}`."""
    try:
        moment, offset = read_zoned(text)
    except ExpressionError:
        return Atom("error"), Atom("invalid_format")
    return Atom("ok"), moment, offset


@function("DateTime.diff/2", "DateTime.diff/3")
def difference(left: Zoned, right: Zoned, unit: Atom = SECOND) -> int:
    """How many units, seconds unless told, the first moment is after the second."""
    return between(_microseconds(in_utc(left)), _microseconds(in_utc(right)), unit)


@function("DateTime.after?/2")
def is_after(left: Zoned, right: Zoned) -> bool:
    """Whether the first moment is later."""
    return in_utc(left) > in_utc(right)


@function("DateTime.add/3")
def add(moment: Zoned, amount: int, unit: Atom) -> Zoned:
    """The moment so many units later, in the same zone."""
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
    """The date, in the moment's zone."""
    return moment.value.date()


@function("DateTime.to_string/1")
def moment_text(moment: Zoned) -> str:
    """The moment as `2026-01-31 12:30:00Z`."""
    return to_text(moment)


@function("DateTime.to_iso8601/1")
def moment_iso(moment: Zoned) -> str:
    """The moment as `2026-01-31T12:30:00Z`."""
    return iso_text(moment)


def iso_text(value: Naive | Zoned) -> str:
    moment = value.value
    text = f"{to_text(moment.date())}T{time_text(moment.time(), value.precision)}"
    return text + offset_text(value) if isinstance(value, Zoned) else text
