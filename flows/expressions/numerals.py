"""Numbers as Elixir prints and reads them."""

from __future__ import annotations

import math
import re

MAX_DIGITS = 4000
MAX_BITS = 13_288
_EXACT = float(1 << 53)
_INTEGER = re.compile(r"-?[0-9]{1,4000}")
_FLOAT = re.compile(r"-?[0-9]{1,400}\.[0-9]{1,400}(?:[eE][+-]?[0-9]{1,4})?")


def float_text(value: float) -> str:
    """The shortest text that reads back as `value`, with a decimal: 87.5, 1.0e3, 1.0e-5."""
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf"
    if value == 0:
        return "-0.0" if math.copysign(1, value) < 0 else "0.0"
    digits, exponent = f"{value!r}".lower().lstrip("-"), 0
    if "e" in digits:
        digits, power = digits.split("e")
        exponent = int(power)
    whole, _, fraction = digits.partition(".")
    place = len(whole) + exponent
    digits = whole + fraction
    leading = len(digits) - len(digits.lstrip("0"))
    digits, place = digits.lstrip("0").rstrip("0"), place - leading
    return ("-" if value < 0 else "") + _placed(digits, place, abs(value))


def _placed(digits: str, place: int, size: float) -> str:
    """Put the decimal point after `place` digits, or use an exponent where that is shorter."""
    length = len(digits)
    if 0 < place < length:
        return f"{digits[:place]}.{digits[place:]}"
    if place == 0:
        return f"0.{digits}"
    power = str(place - 1)
    cost = len(power) + 1 + (2 if length == 1 else 1)
    if place < 0 and 2 - place <= cost:
        return "0." + "0" * -place + digits
    if place > 0 and place - length + 2 <= cost and size < _EXACT:
        return digits + "0" * (place - length) + ".0"
    return f"{digits[0]}.{digits[1:] or '0'}e{power}"


def read_number(text: str) -> int | float | None:
    """Read a number as written in code; None if the text is not a number."""
    text = text.strip()
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else None
    return None
