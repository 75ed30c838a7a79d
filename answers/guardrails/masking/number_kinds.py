"""Which kind of identifier a number of several groups of digits is, if any."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from answers.guardrails.masking.check_digits import fits_luhn, fits_verhoeff
from answers.guardrails.masking.found import LIKELY, REGULAR, SURE
from answers.guardrails.masking.phone_numbers import is_abroad, is_indian, is_toll_free

CARDS = re.compile(
    r"4\d{12}(?:\d{3})?(?:\d{3})?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
    r"|3[47]\d{13}|3(?:0[0-59]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}"
    r"|(?:6011|64[4-9]\d|65\d\d|60\d\d|81\d\d|82\d\d|508\d)\d{12}|62\d{14,17}"
    r"|(?:5018|5020|5038|6304|6759|676[1-3])\d{9,15}"
)
"""Visa, Mastercard, American Express, Diners, JCB, RuPay, Discover, UnionPay, Maestro."""

CARD_GROUPS = {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (6, 13), (4, 4, 4, 1)}
AADHAAR_GROUPS = {(12,), (4, 4, 4)}
ABHA_GROUPS = {(2, 4, 4, 4), (14,)}
ABHA_BEGINS = (2, 4)
LEAST_DIGITS, MOST_DIGITS = 7, 19
MOST_GROUPS = 7
FIRST_DIGITS = {
    10: ("6", "7", "8", "9", "18"),
    11: ("0", "18"),
    12: ("2", "3", "4", "5", "6", "7", "8", "9"),
    13: ("0", "910", "4"),
    14: ("0", "91", "30", "36", "38", "39", "5", "6"),
    15: ("34", "37", "5", "6"),
    16: ("2", "3", "4", "5", "6", "8"),
    17: ("5", "6"),
    18: ("5", "6"),
    19: ("4", "5", "6"),
}
"""With which digits numbers without a plus begin, by their length; all others are passed over."""


class Number(NamedTuple):
    """Some groups of digits beside each other.

    `joints` are what stands between them. `plus` tells whether a plus is before them, `alone`
    whether they are all that stands there.
    """

    digits: str
    groups: tuple[int, ...]
    joints: tuple[str, ...]
    plus: bool
    alone: bool


def kinds_of(number: Number, kinds: frozenset[str]) -> Sequence[tuple[str, int]]:
    """The kinds that a number may be of, with how surely it is; none for most."""
    digits, size = number.digits, len(number.digits)
    if number.plus:
        sure = "phone" in kinds and 7 <= size <= 15 and is_abroad(digits)
        return [("phone", SURE)] if sure else ()
    if _are_amounts(number):
        return ()
    found = []
    if "phone" in kinds and size <= 14 and (grade := _phone(number)):
        found.append(("phone", grade))
    if size == 12 and "aadhaar" in kinds:
        found.append(("aadhaar", _aadhaar(number)))
    if size == 14 and "abha" in kinds and _is_abha(number):
        found.append(("abha", _grade(number, ABHA_GROUPS)))
    if size >= 13 and "card" in kinds:
        found.append(("card", _card(number)))
    return [one for one in found if one[1]]


def _aadhaar(number: Number) -> int:
    grade = _grade(number, AADHAAR_GROUPS)
    return grade if grade and number.digits[0] > "1" and fits_verhoeff(number.digits) else 0


def _card(number: Number) -> int:
    grade = _grade(number, CARD_GROUPS)
    return grade if grade and CARDS.fullmatch(number.digits) and fits_luhn(number.digits) else 0


def _phone(number: Number) -> int:
    digits, groups = number.digits, number.groups
    if not is_indian(digits, groups) and not is_toll_free(digits):
        return 0
    if len(groups) == 1 or groups[1:] == (10,):
        return SURE
    return REGULAR if _is_written_as_phone(number) else 0


def _is_written_as_phone(number: Number) -> bool:
    """Whether the groups and what is between them look like those of a phone number."""
    groups, joints = number.groups, number.joints
    if all(size == 1 for size in groups):
        return len(set(joints)) == 1
    dots = [joint for joint in joints if "." in joint]
    if dots and (len(dots) < len(joints) - 1 or (len(groups) == 2 and groups[0] < 3)):
        return False  # prices, times of day, and places on a map
    return len(groups) <= 6 and all(size > 1 for size in groups[1:])


def _are_amounts(number: Number) -> bool:
    """Whether all groups are round or years: `65000-75000`, `2000 3000 4000`."""
    if len(number.groups) == 1:
        return False
    parts, at = [], 0
    for size in number.groups:
        parts.append(number.digits[at : at + size])
        at += size
    return all(part.endswith("00") or (len(part) == 4 and part[:2] in "1920") for part in parts)


def _is_abha(number: Number) -> bool:
    if number.digits.startswith("91"):
        return True
    return number.groups == (2, 4, 4, 4) and set(number.joints) == {"-"}


def _grade(number: Number, regular: set[tuple[int, ...]]) -> int:
    """How surely a number is what its digits say: 0 where it is cut out of others irregularly."""
    groups = number.groups
    if len(groups) == 1:
        return SURE
    if groups in regular or set(groups) == {1}:
        return REGULAR
    return LIKELY if number.alone else 0
