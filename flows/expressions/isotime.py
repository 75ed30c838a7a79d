"""Read dates and times from ISO 8601 text, as strictly as Elixir does."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from .fault import FAILED, ExpressionError
from .values import Naive, Time, Zoned

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_TIME = re.compile(r"T?(\d{2}):(\d{2}):(\d{2})(?:[.,](\d+))?Z?", re.ASCII)
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2}(?:[.,]\d+)?)", re.ASCII)
_OFFSET = re.compile(r"Z|([+-])(\d{2}):?(\d{2})", re.ASCII)


def read_date(text: str) -> dt.date:
    """Read a date. Raises ExpressionError for any other text."""
    match = _DATE.fullmatch(text)
    if not match:
        raise ExpressionError(FAILED)
    try:
        return dt.date(*map(int, match.groups()))
    except ValueError as error:
        raise ExpressionError(FAILED) from error


def read_time(text: str) -> Time:
    """Read a time of day. Raises ExpressionError for any other text."""
    match = _TIME.fullmatch(text)
    if not match:
        raise ExpressionError(FAILED)
    hour, minute, second, fraction = match.groups()
    digits = (fraction or "")[:6]
    try:
        value = dt.time(int(hour), int(minute), int(second), int(digits.ljust(6, "0")))
    except ValueError as error:
        raise ExpressionError(FAILED) from error
    return Time(value, len(digits))


def read_naive(text: str) -> Naive:
    """Read a date and time, ignoring a UTC offset. Raises ExpressionError for any other text."""
    match = _MOMENT.match(text)
    if not match or not re.fullmatch(rf"(?:{_OFFSET.pattern})?", text[match.end() :]):
        raise ExpressionError(FAILED)
    time = read_time(match.group(2))
    return Naive(dt.datetime.combine(read_date(match.group(1)), time.value), time.precision)


def read_zoned(text: str) -> tuple[Zoned, int]:
    """Read a date and time with an offset: the time in UTC, and the offset in seconds.

    Raises ExpressionError for any other text.
    """
    match = _MOMENT.match(text)
    offset = _OFFSET.fullmatch(text[match.end() :]) if match else None
    if not match or not offset:
        raise ExpressionError(FAILED)
    naive = read_naive(match.group())
    seconds = 0
    if offset.group(1):
        seconds = int(offset.group(2)) * 3600 + int(offset.group(3)) * 60
        seconds = -seconds if offset.group(1) == "-" else seconds
    moment = naive.value.replace(tzinfo=ZoneInfo("UTC")) - dt.timedelta(seconds=seconds)
    return Zoned(moment, naive.precision), seconds
