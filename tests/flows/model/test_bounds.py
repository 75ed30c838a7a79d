"""How large JSON from outside may be; the bounds themselves included."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.errors import InvalidInput, InvalidJson, TooLarge
from flows.model.bounds import MAX_DEPTH, MAX_TEXT, check_bounds


def nested(levels: int) -> Any:
    value: Any = 1
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


@pytest.mark.parametrize(
    "value",
    [
        nested(MAX_DEPTH),
        ["a" * MAX_TEXT],
        {"a" * MAX_TEXT: None},
        [-(2**63), 2**64 - 1, 0.5, True, None],
        {"हाँ": "👍"},
    ],
)
def test_what_can_be_kept_passes(value: Any) -> None:
    check_bounds(value)


@pytest.mark.parametrize(
    ("value", "error", "said"),
    [
        (nested(MAX_DEPTH + 1), InvalidInput, "nested more than 40 levels deep"),
        (["a" * (MAX_TEXT + 1)], TooLarge, "a text of more than 200000 characters"),
        ({"a" * (MAX_TEXT + 1): 1}, TooLarge, "a text of more than"),
        ([2**64], InvalidInput, "a number that JSON cannot keep"),
        ([-(2**63) - 1], InvalidInput, "a number that JSON cannot keep"),
        ([float("nan")], InvalidInput, "a number that JSON cannot keep"),
        ({1: 2}, InvalidJson, "a key that is not text"),
        (["a\ud800"], InvalidJson, "not valid Unicode"),
        ({"a\ud800": 1}, InvalidJson, "not valid Unicode"),
    ],
)
def test_what_cannot_be_kept_is_refused(value: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=f"^the results .*{said}") as raised:
        check_bounds(value, what="the results")
    assert type(raised.value) is error


def test_values_are_counted_over_all_levels() -> None:
    value = {"a": [1, 2, {"b": 3}]}  # the object, the list, its three items, the inner value
    check_bounds(value, max_values=6)
    with pytest.raises(TooLarge, match="more than 5 values"):
        check_bounds(value, max_values=5)
