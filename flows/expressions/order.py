"""Equality and the order of all values: number < atom < tuple < map < list < text."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from .fault import FAILED, RESOURCES, ExpressionError
from .run import step
from .values import Atom, Naive, Range, Regex, Time, Zoned

MAX_DEPTH = 100


def equal(left: Any, right: Any, strict: bool = False) -> bool:
    """Compare as `==` does, or as `===` when strict, where 1 and 1.0 differ."""
    return compare(left, right, strict) == 0


def compare(left: Any, right: Any, strict: bool = False, depth: int = 0) -> int:
    """Return -1, 0 or 1; when strict, an integer comes before the float of the same value.

    Raises ExpressionError for values nested more than 100 levels deep.
    """
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    step()
    if depth > MAX_DEPTH:
        raise ExpressionError(RESOURCES)
    rank = _rank(left)
    other = _rank(right)
    if rank != other:
        return -1 if rank < other else 1
    if rank == 0:
        order = (left > right) - (left < right)
        return order or (strict and _sign(isinstance(left, float), isinstance(right, float)))
    if rank == 1:
        return _sign(_atom_name(left), _atom_name(right))
    if rank == 3:
        return _compare_maps(as_map(left), as_map(right), strict, depth)
    if rank == 2 and len(left) != len(right):
        return _sign(len(left), len(right))
    for one, two in zip(left, right, strict=False):
        order = compare(one, two, strict, depth + 1)
        if order:
            return order
    return _sign(len(left), len(right))


def _sign(left: Any, right: Any) -> int:
    return (left > right) - (left < right)


def _rank(value: Any) -> int:
    if value is None or isinstance(value, (bool, Atom)):
        return 1
    if isinstance(value, (int, float)):
        return 0
    if isinstance(value, tuple):
        return 2
    if isinstance(value, list):
        return 4
    if isinstance(value, str):
        return 5
    return 3


def _atom_name(value: Any) -> str:
    if value is None:
        return "nil"
    return value.name if isinstance(value, Atom) else ("true" if value else "false")


def _compare_maps(left: dict[Any, Any], right: dict[Any, Any], strict: bool, depth: int) -> int:
    """Compare by size, then by sorted keys, then by the values in that order."""
    if len(left) != len(right):
        return _sign(len(left), len(right))
    by_key = cmp_to_key(lambda one, two: compare(one, two, True, depth + 1))
    keys, others = sorted(left, key=by_key), sorted(right, key=by_key)
    order = compare(keys, others, True, depth + 1)
    if order:
        return order
    values, other_values = [left[key] for key in keys], [right[key] for key in others]
    return compare(values, other_values, strict, depth + 1)


def as_map(value: Any) -> dict[Any, Any]:
    """The map that represents a value; dates compare by day, then month, then year, as in Elixir.

    Raises ExpressionError for a value that has none.
    """
    if isinstance(value, dict):
        return value
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return _struct("Date", day=value.day, month=value.month, year=value.year)
    if isinstance(value, Decimal):
        sign, digits, exponent = value.as_tuple()
        coefficient = int("".join(map(str, digits)) or "0")
        return _struct("Decimal", coef=coefficient, exp=exponent, sign=-1 if sign else 1)
    if isinstance(value, Range):
        step = 1 if value.last >= value.first else -1
        return _struct("Range", first=value.first, last=value.last, step=step)
    if isinstance(value, Regex):
        return _struct("Regex", source=value.source)
    if isinstance(value, (Time, Naive, Zoned)):
        return _moment(value)
    raise ExpressionError(FAILED)


def _moment(value: Time | Naive | Zoned) -> dict[Any, Any]:
    moment = value.value
    fields: dict[str, Any] = {
        "hour": moment.hour,
        "microsecond": (moment.microsecond, value.precision),
        "minute": moment.minute,
        "second": moment.second,
    }
    if isinstance(value, Time):
        return _struct("Time", **fields)
    day = value.value
    fields |= {"day": day.day, "month": day.month, "year": day.year}
    if isinstance(value, Naive):
        return _struct("NaiveDateTime", **fields)
    offset = day.utcoffset()
    fields |= {
        "std_offset": int((day.dst() or dt.timedelta()).total_seconds()),
        "time_zone": value.zone,
        "utc_offset": int((offset or dt.timedelta()).total_seconds()),
        "zone_abbr": "UTC" if value.zone == "Etc/UTC" else day.tzname() or "",
    }
    return _struct("DateTime", **fields)


def _struct(name: str, **fields: Any) -> dict[Any, Any]:
    kind = {Atom("__struct__"): Atom(f"Elixir.{name}"), Atom("calendar"): Atom("Calendar.ISO")}
    return kind | {Atom(key): value for key, value in fields.items()}
