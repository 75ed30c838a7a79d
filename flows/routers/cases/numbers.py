"""Tests of numbers. Only the digits 0 to 9 count."""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import ge, gt, le, lt

from flowhook.errors import InvalidInput
from flows.model.text import clean, normal
from flows.routers.cases import Arguments, first, text_test

_DIGIT = re.compile("[0-9]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+([eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)?")


def number(text: str) -> float | None:
    """The number that the whole text is, or None.

    >>> number("-2"), number("2.50"), number("1e3")
    (-2.0, 2.5, 1000.0)
    >>> [number(text) for text in (" 2", "2.", ".5", "1_000", "5,", "0x1", "nan", "५")]
    [None, None, None, None, None, None, None, None]
    """
    return float(text) if len(text) <= 300 and _NUMBER.fullmatch(text) else None


@text_test()
def has_number(text: str, _arguments: Arguments) -> bool:
    """The message contains a digit.

    >>> has_number("abc1", []), has_number("five", []), has_number("५", [])
    (True, False, False)
    """
    return _DIGIT.search(clean(text)) is not None


@text_test()
def has_number_eq(text: str, arguments: Arguments) -> bool:
    """The message is the number as written: `5.0` is not `5`.

    >>> has_number_eq(" 5 ", ["5"]), has_number_eq("5.0", ["5"])
    (True, False)
    """
    return normal(text) == normal(first(arguments))


def not_numbers(arguments: Arguments) -> str:
    return "a test of numbers needs numbers" if None in map(number, arguments) else ""


@text_test(argument_count=2, mistake=not_numbers)
def has_number_between(text: str, arguments: Arguments) -> bool:
    """The message is a number from the first argument to the second, both included.

    Raises InvalidInput unless there are two arguments.

    >>> has_number_between("7", ["1", "7"]), has_number_between("about 7", ["1", "7"])
    (True, False)
    """
    if len(arguments) != 2:
        raise InvalidInput("has_number_between needs two numbers")
    low, high, given = number(arguments[0]), number(arguments[1]), number(text)
    return low is not None and high is not None and given is not None and low <= given <= high


def _compared(text: str, arguments: Arguments, holds: Callable[[float, float], bool]) -> bool:
    """Whether the message is a number that stands so to the argument.

    Raises InvalidInput unless there is one argument.
    """
    if len(arguments) != 1:
        raise InvalidInput("a test that compares numbers needs one number")
    given, limit = number(text.strip()), number(arguments[0].strip())
    return given is not None and limit is not None and holds(given, limit)


@text_test(argument_count=1, mistake=not_numbers)
def has_number_lt(text: str, arguments: Arguments) -> bool:
    """The message is a number below the argument.

    >>> has_number_lt(" 17 ", ["18"]), has_number_lt("18", ["18"]), has_number_lt("few", ["18"])
    (True, False, False)
    """
    return _compared(text, arguments, lt)


@text_test(argument_count=1, mistake=not_numbers)
def has_number_lte(text: str, arguments: Arguments) -> bool:
    """The message is a number up to the argument.

    >>> has_number_lte("18", ["18"]), has_number_lte("18.5", ["18"])
    (True, False)
    """
    return _compared(text, arguments, le)


@text_test(argument_count=1, mistake=not_numbers)
def has_number_gt(text: str, arguments: Arguments) -> bool:
    """The message is a number above the argument.

    >>> has_number_gt("19", ["18"]), has_number_gt("18", ["18"]), has_number_gt("18 years", ["1"])
    (True, False, False)
    """
    return _compared(text, arguments, gt)


@text_test(argument_count=1, mistake=not_numbers)
def has_number_gte(text: str, arguments: Arguments) -> bool:
    """The message is a number from the argument on.

    >>> has_number_gte("18", ["18"]), has_number_gte("-3", ["-2.5"])
    (True, False)
    """
    return _compared(text, arguments, ge)
