"""The functions of Timex that flows use."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from typing import Any

from ..date_parts import MONTHS, epoch_seconds
from ..fault import FAILED, ExpressionError
from ..run import Evaluation
from ..timexformat import format_default, format_strftime, parse_default
from ..values import Atom, Keywords, Naive, Zoned, is_integer
from ..vocabulary import function
from .moments import in_utc, now_in, zone

Dated = dt.date | Naive | Zoned

_MICROSECONDS = {
    "microsecond": 1,
    "millisecond": 1000,
    "second": 1_000_000,
    "minute": 60_000_000,
    "hour": 3_600_000_000,
    "day": 86_400_000_000,
    "week": 604_800_000_000,
}
_ONE_MICROSECOND = dt.timedelta(microseconds=1)


def _unit(name: str) -> str:
    """The singular of a unit."""
    return name.removesuffix("s")


def _instant(value: Dated) -> dt.datetime:
    """The date and time in UTC, without a zone; a date is taken at midnight."""
    if isinstance(value, (Naive, Zoned)):
        return in_utc(value)
    return dt.datetime.combine(value, dt.time())


@function("Timex.today/0", "Timex.today/1")
def today(run: Evaluation, name: str = "UTC") -> dt.date:
    """Today's date, in UTC or in a time zone."""
    return now_in(run, name).value.date()


@function("Timex.now/0", "Timex.now/1")
def now(run: Evaluation, name: str = "UTC") -> Zoned:
    """The current time, in UTC or in a time zone."""
    return now_in(run, name)


@function("Timex.diff/3")
def difference(left: Dated, right: Dated, unit: Atom) -> int:
    """The number of whole units from the second to the first.

    Raises ExpressionError for an unknown unit.
    """
    first, second, name = _instant(left), _instant(right), _unit(unit.name)
    if name in ("month", "year"):
        months = _months(first, second) if first > second else -_months(second, first)
        return int(months / 12) if name == "year" else months
    if name not in _MICROSECONDS:
        raise ExpressionError(FAILED)
    span = (first - second) // _ONE_MICROSECOND
    size = abs(span) // _MICROSECONDS[name]
    return size if span >= 0 else -size


def _months(later: dt.datetime, earlier: dt.datetime) -> int:
    whole = (later.year - earlier.year) * 12 + later.month - earlier.month
    return whole if later.day >= earlier.day else whole - 1


@function("Timex.compare/2")
def compare(left: Dated, right: Dated) -> int:
    """-1, 0 or 1, if the first is earlier, the same or later."""
    first, second = _instant(left), _instant(right)
    return (first > second) - (first < second)


@function("Timex.to_unix/1")
def to_unix(value: Dated) -> int:
    """Seconds since 1970."""
    return epoch_seconds(value)


@function("Timex.month_name/1")
def month_name(month: int) -> str:
    """The English name of a month, 1 to 12. Raises ExpressionError for another number."""
    if not 1 <= month <= 12:
        raise ExpressionError(FAILED)
    return MONTHS[month - 1]


@function("Timex.to_datetime/2", "Timex.Timezone.convert/2")
def to_zone(value: Dated, name: str) -> Zoned:
    """Convert to a time zone; a value without a zone is taken as local time in that zone."""
    if isinstance(value, Zoned):
        return Zoned(value.value.astimezone(zone(name)), value.precision)
    precision = value.precision if isinstance(value, Naive) else 0
    return Zoned(_instant(value).replace(tzinfo=zone(name)), precision)


@function("Timex.format!/2", "Timex.format!/3")
def format_moment(
    run: Evaluation,
    moment: Dated,
    pattern: str,
    formatter: Atom = Atom("default"),  # noqa: B008
) -> str:
    """Format a date or time like `{D}/{0M}/{YYYY}`, or with `:strftime` like `%d/%m/%Y`.

    Raises ExpressionError for an invalid pattern or another formatter.
    """
    if formatter.name == "default":
        return format_default(run, moment, pattern)
    if formatter.name == "strftime":
        return format_strftime(run, moment, pattern)
    raise ExpressionError(FAILED)


@function("Timex.parse!/2")
def parse(text: str, pattern: str) -> Naive | Zoned:
    """Read a date and time from a text by a pattern like `{D}/{0M}/{YYYY}`."""
    return parse_default(text, pattern)


@function("Timex.shift/2")
def shift(value: Dated, steps: Keywords) -> Any:
    """Move a date or time by `days: 1`, `months: -2` and so on.

    Raises ExpressionError for an unknown unit or an amount that is not an integer.
    """
    moment = value.value if isinstance(value, (Naive, Zoned)) else _instant(value)
    for key, amount in steps:
        if not is_integer(amount):
            raise ExpressionError(FAILED)
        moment = _shifted(moment, _unit(key.name), amount)
    if isinstance(value, Naive):
        return Naive(moment, 6)
    return Zoned(moment, value.precision) if isinstance(value, Zoned) else moment.date()


def _shifted(moment: dt.datetime, unit: str, amount: int) -> dt.datetime:
    if unit == "year":
        return _shift_years(moment, amount)
    if unit == "month":
        return _shift_months(moment, amount)
    if unit not in _MICROSECONDS:
        raise ExpressionError(FAILED)
    step = dt.timedelta(microseconds=_MICROSECONDS[unit] * amount)
    if moment.tzinfo is None or unit in ("day", "week"):
        return moment + step
    return (moment.astimezone(dt.UTC) + step).astimezone(moment.tzinfo)


def _shift_years(moment: dt.datetime, years: int) -> dt.datetime:
    """Move by years; 29 February becomes 1 March in a year that is not a leap year."""
    year = moment.year + years
    if (moment.month, moment.day) == (2, 29) and monthrange(year, 2)[1] == 28:
        return moment.replace(year=year, month=3, day=1)
    return moment.replace(year=year)


def _shift_months(moment: dt.datetime, months: int) -> dt.datetime:
    """Move by months; a day that the month does not have becomes its last."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise ExpressionError(FAILED)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
