"""Which numbers are phone numbers: India's, and with a plus those of any country."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

MOBILE = r"[6-9]\d{9}"
LANDLINE = r"(?:(?:11|20|22|33|40|44|79|80)[2-8]\d{7}|[1-8]\d{2}[2-7]\d{6}|[1-8]\d{3}[2-7]\d{5})"
INDIAN = re.compile(
    rf"(?:91|091|0091|0|910)?{MOBILE}|(?:0|0091|910){LANDLINE}|(?P<bare>91){LANDLINE}"
)
TOLL_FREE = re.compile(r"18(?:00|60)\d{6,7}")
KNOWN_BY = 3  # a country's code has at most so many digits


def is_indian(digits: str, groups: tuple[int, ...]) -> bool:
    """Whether these are the digits of a number in India, with or without 0 or 91 before it.

    >>> is_indian("919876543210", (12,)), is_indian("02223456789", (3, 8))
    (True, True)
    """
    found = INDIAN.fullmatch(digits)
    return found is not None and (not found["bare"] or groups[0] == 2)


def is_toll_free(digits: str) -> bool:
    return TOLL_FREE.fullmatch(digits) is not None


def is_abroad(digits: str) -> bool:
    """Whether a plus and these digits are as long as a number of that country may be.

    >>> is_abroad("442079460958"), is_abroad("4420794609581234")
    (True, False)
    """
    if digits.startswith("910"):
        digits = f"91{digits[3:]}"
    return _is_possible(digits[:KNOWN_BY], len(digits))


@lru_cache(9_000)
def _is_possible(code: str, size: int) -> bool:
    """Judged by the country and the length alone, so that the answer is known the next time."""
    try:
        number = phonenumbers.parse(f"+{code}{'2' * (size - len(code))}")
    except phonenumbers.NumberParseException:
        return False
    reason = phonenumbers.is_possible_number_with_reason(number)
    return bool(reason == phonenumbers.ValidationResult.IS_POSSIBLE)
