"""Functions of decimal numbers with 28 significant digits."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from ..fault import FAILED, ZERO_DIVISION, ExpressionError
from ..numerals import float_text
from ..vocabulary import function

Operand = Decimal | int | str

MAX_PLACES = 1000
_CONTEXT = Context(prec=28, rounding=ROUND_HALF_UP)
_WIDE = Context(prec=6000, rounding=ROUND_HALF_UP)


def _decimal(value: Any) -> Decimal:
    """Convert an integer, or a text that is a number, to a Decimal."""
    if isinstance(value, str) and not value.strip("+-0123456789.eE") == "":
        raise ExpressionError(FAILED)
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > 5000:
        raise ExpressionError(FAILED)
    return number


@function("Decimal.from_float/1")
def from_float(number: float) -> Decimal:
    """The decimal with the digits that the float prints as."""
    return Decimal(float_text(number))


@function("Decimal.mult/2")
def multiply(left: Operand, right: Operand) -> Decimal:
    """The product."""
    return _CONTEXT.multiply(_decimal(left), _decimal(right))


@function("Decimal.div/2")
def divide(left: Operand, right: Operand) -> Decimal:
    """The quotient. Raises ExpressionError on division by zero."""
    divisor = _decimal(right)
    if divisor == 0:
        raise ExpressionError(ZERO_DIVISION)
    return _CONTEXT.divide(_decimal(left), divisor)


@function("Decimal.round/2")
def round_places(number: Operand, places: int) -> Decimal:
    """Round to this many decimal places, halves away from zero.

    Raises ExpressionError for a number of places out of range.
    """
    if abs(places) > MAX_PLACES:
        raise ExpressionError(FAILED)
    return _decimal(number).quantize(Decimal(1).scaleb(-places), context=_WIDE)
