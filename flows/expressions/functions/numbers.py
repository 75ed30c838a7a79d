"""Functions of numbers."""

from __future__ import annotations

import math
import re
from typing import Any

from ..fault import FAILED, ZERO_DIVISION, ExpressionError
from ..order import compare
from ..values import Atom, Number, bounded, is_integer, is_number
from ..vocabulary import function

_FLOAT = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


@function("rem/2")
def remainder(dividend: int, divisor: int) -> int:
    """The remainder of an integer division, with the dividend's sign."""
    size = abs(dividend) % abs(_not_zero(divisor))
    return -size if dividend < 0 else size


@function("div/2")
def divide(dividend: int, divisor: int) -> int:
    """The quotient of an integer division, rounded toward zero."""
    size = abs(dividend) // abs(_not_zero(divisor))
    return size if (dividend < 0) == (divisor < 0) else -size


def _not_zero(divisor: int) -> int:
    if divisor == 0:
        raise ExpressionError(ZERO_DIVISION)
    return divisor


@function("abs/1")
def absolute(number: Number) -> Number:
    """The absolute value."""
    return abs(number)


@function("round/1")
def round_number(number: Number) -> int:
    """The nearest integer; halves are rounded away from zero."""
    whole = math.trunc(number)
    step = 1 if number >= 0 else -1
    return int(bounded(whole + step if abs(number - whole) >= 0.5 else whole))


@function("trunc/1")
def truncate(number: Number) -> int:
    """The number without its fraction."""
    return int(bounded(math.trunc(number)))


@function("max/2")
def maximum(left: Any, right: Any) -> Any:
    """The greater of two values, in the order of all values."""
    return left if compare(left, right) >= 0 else right


@function("min/2")
def minimum(left: Any, right: Any) -> Any:
    """The smaller of two values, in the order of all values."""
    return left if compare(left, right) <= 0 else right


@function("is_number/1")
def check_number(value: Any) -> bool:
    """Whether a value is an integer or a float."""
    return is_number(value)


@function("is_integer/1")
def check_integer(value: Any) -> bool:
    """Whether a value is an integer."""
    return is_integer(value)


@function("Integer.to_string/1")
def integer_text(number: int) -> str:
    """The digits of an integer."""
    return str(number)


@function("Float.parse/1")
def parse_float(text: str) -> Any:
    """The number at the beginning of a text and the rest of the text; `:error` if there is none.

    Raises ExpressionError for a number that a float cannot hold.
    """
    match = _FLOAT.match(text)
    if match is None:
        return Atom("error")
    number = float(match.group())
    if not math.isfinite(number):
        raise ExpressionError(FAILED)
    return number, text[match.end() :]
