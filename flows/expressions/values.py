"""Values of the expression language that Python has no equivalent for, and their texts.

Integers, floats, texts, lists, dicts (maps), tuples (two or three elements), True, False and
None (`nil`) are Python's own; `datetime.date` is a Date and `decimal.Decimal` a Decimal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .fault import FAILED, RESOURCES, ExpressionError
from .numerals import MAX_BITS, float_text
from .run import step

Number = int | float


@dataclass(frozen=True, slots=True)
class Atom:
    name: str


@dataclass(frozen=True, slots=True)
class Range:
    """The range `first..last`, both included; it counts down if last is smaller."""

    first: int
    last: int

    def items(self) -> range:
        if self.last >= self.first:
            return range(self.first, self.last + 1)
        return range(self.first, self.last - 1, -1)


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day; `precision` is the number of digits of its microseconds that are shown."""

    value: dt.time
    precision: int = 0


@dataclass(frozen=True, slots=True)
class Naive:
    """A date and time without a zone."""

    value: dt.datetime
    precision: int = 0


@dataclass(frozen=True, slots=True)
class Zoned:
    """A date and time in a named zone; UTC is `Etc/UTC`."""

    value: dt.datetime
    precision: int = 0

    @property
    def zone(self) -> str:
        key = getattr(self.value.tzinfo, "key", "UTC")
        return "Etc/UTC" if key == "UTC" else str(key)


@dataclass(frozen=True, slots=True)
class Regex:
    """A compiled pattern of the linear engine, with its source.

    Without the modifier `u`, a pattern sees the bytes of a text, as in Elixir: `.` is one of the
    three of a Hindi letter. `seen` gives the text in which it searches, where each character is a
    byte, and `told` turns a part of that into text again.
    """

    pattern: Any
    source: str
    sees_bytes: bool = False

    def seen(self, text: str) -> str:
        if not self.sees_bytes or text.isascii():
            return text
        return text.encode("utf-8", "surrogateescape").decode("latin-1")

    def told(self, part: str) -> str:
        if not self.sees_bytes or part.isascii():
            return part
        return part.encode("latin-1").decode("utf-8", "surrogateescape")


def whole(text: str) -> str:
    """A text made of parts that a pattern cut, with the letters that were cut joined again."""
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


class Function:
    """An anonymous function, usable only as an argument."""

    __slots__ = ("arity", "call")

    def __init__(self, arity: int, call: Callable[..., Any]) -> None:
        self.arity = arity
        self.call = call

    def __call__(self, *arguments: Any) -> Any:
        if len(arguments) != self.arity:
            raise ExpressionError(FAILED)
        return self.call(*arguments)


class Keywords(list[tuple[Atom, Any]]):
    """A keyword list: pairs of an atom and a value."""

    def option(self, name: str, default: Any = None) -> Any:
        return next((value for key, value in self if key.name == name), default)


def map_key(value: Any) -> Any:
    """The key that represents a value in a dict; true is an atom, as Python takes it for 1.

    Raises ExpressionError for a value that cannot be a key, such as a float.
    """
    if isinstance(value, bool):
        return Atom("true" if value else "false")
    if value is None or isinstance(value, (str, int, Atom)):
        return value
    raise ExpressionError(FAILED)


def truthy(value: Any) -> bool:
    """Whether a value is neither nil nor false."""
    return value is not None and value is not False


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def bounded(value: Any) -> Any:
    """Return `value`. Raises ExpressionError for more than 4,000 digits or a float out of range."""
    if isinstance(value, int):
        if value.bit_length() > MAX_BITS:
            raise ExpressionError(RESOURCES)
    elif isinstance(value, float) and value - value != 0:
        raise ExpressionError(FAILED)
    return value


def to_text(value: Any) -> str:
    """The text that a value prints as.

    Raises ExpressionError for maps, ranges, functions and tuples, which have none.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(bounded(value))
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, Atom):
        return value.name
    if isinstance(value, list):
        return whole("".join(_characters(value)))
    return _calendar_text(value)


def _calendar_text(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d}".zfill(10)
    if isinstance(value, Time):
        return time_text(value.value, value.precision)
    if isinstance(value, (Naive, Zoned)):
        moment = value.value
        text = f"{_calendar_text(moment.date())} {time_text(moment.time(), value.precision)}"
        return text + offset_text(value, named=True) if isinstance(value, Zoned) else text
    raise ExpressionError(FAILED)


def time_text(value: dt.time, precision: int) -> str:
    text = f"{value.hour:02}:{value.minute:02}:{value.second:02}"
    return f"{text}.{value.microsecond:06}"[: 9 + precision] if precision else text


def offset_text(value: Zoned, named: bool = False) -> str:
    """`Z` or `+05:30`, followed by the zone's names where Elixir prints them."""
    if value.zone == "Etc/UTC":
        return "Z"
    seconds = int((value.value.utcoffset() or dt.timedelta()).total_seconds())
    sign, minutes = "-" if seconds < 0 else "+", abs(seconds) // 60
    text = f"{sign}{minutes // 60:02}:{minutes % 60:02}"
    return f"{text} {value.value.tzname()} {value.zone}" if named else text


def _characters(items: list[Any], depth: int = 0) -> Iterator[str]:
    """The text of a list: texts as they are, integers as characters, nested lists likewise."""
    if depth > 100:
        raise ExpressionError(RESOURCES)
    for item in items:
        step()
        if isinstance(item, str):
            yield item
        elif isinstance(item, list):
            yield from _characters(item, depth + 1)
        elif is_integer(item) and (0 <= item < 0xD800 or 0xDFFF < item <= 0x10FFFF):
            yield chr(item)
        else:
            raise ExpressionError(FAILED)
