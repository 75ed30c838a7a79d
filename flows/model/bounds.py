"""Limits for the size and depth of JSON from outside."""

from __future__ import annotations

import math
from typing import Any

from flowhook.batches import batches
from flowhook.errors import InvalidInput, InvalidJson, TooLarge
from flowhook.turns import in_turns

MAX_DEPTH = 40
MAX_VALUES = 300_000
MAX_TEXT = 200_000
AT_ONCE = 100  # values, between whose checks other requests go on
_LOWEST, _HIGHEST = -(2**63), 2**64 - 1


def check_bounds(value: Any, *, max_values: int = MAX_VALUES, what: str = "the JSON") -> None:
    """Check that JSON is small and flat enough to be stored.

    Raises InvalidInput if it is nested too deep or holds a text or number that cannot be stored,
    TooLarge for too many values or a text that is too long. It walks without recursion, so that no
    nesting can exhaust the stack.
    """
    level, depth, count = [value], 0, 0
    while level:
        count += len(level)
        if depth > MAX_DEPTH:
            raise InvalidInput(f"{what} is nested more than {MAX_DEPTH} levels deep")
        if count > max_values:
            raise TooLarge(f"{what} holds more than {max_values} values")
        below: list[Any] = []
        for some in in_turns(batches(level, AT_ONCE)):
            for one in some:
                _check(one, below, what)
        level, depth = below, depth + 1


def _check(one: Any, below: list[Any], what: str) -> None:
    """Check a value itself, and add those in it to `below`."""
    if isinstance(one, dict):
        below.extend(one.values())
        _check_keys(one, what)
    elif isinstance(one, list):
        below.extend(one)
    elif isinstance(one, str):
        if len(one) > MAX_TEXT or not one.isascii():
            _check_text(one, what)
    elif isinstance(one, int | float) and not _is_kept(one):
        raise InvalidInput(f"{what} holds a number that JSON cannot keep")


def _is_kept(number: float) -> bool:
    return math.isfinite(number) if isinstance(number, float) else _LOWEST <= number <= _HIGHEST


def _check_keys(value: dict[Any, Any], what: str) -> None:
    for key in value:
        if not isinstance(key, str):
            raise InvalidJson(f"{what} has a key that is not text")
        if len(key) > MAX_TEXT or not key.isascii():
            _check_text(key, what)


def _check_text(text: str, what: str) -> None:
    if len(text) > MAX_TEXT:
        raise TooLarge(f"{what} holds a text of more than {MAX_TEXT} characters")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidJson(f"{what} holds text that is not valid Unicode") from error
