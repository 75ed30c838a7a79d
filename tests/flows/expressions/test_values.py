"""Values of the expression language and their texts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.expressions.fault import ExpressionError
from flows.expressions.values import (
    Atom,
    Function,
    Keywords,
    Naive,
    Range,
    Time,
    Zoned,
    bounded,
    is_integer,
    is_number,
    map_key,
    to_text,
    truthy,
)

NOON = dt.datetime(26, 1, 2, 12, 5, 9, 60_000)
DELHI = ZoneInfo("Asia/Kolkata")
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("one", "items"),
    [(Range(1, 3), [1, 2, 3]), (Range(3, 1), [3, 2, 1]), (Range(2, 2), [2])],
)
def test_a_range_holds_both_ends(one: Range, items: list[int]) -> None:
    assert list(one.items()) == items


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (True, Atom("true")),
        (False, Atom("false")),
        (None, None),
        (1, 1),
        ("a", "a"),
        (Atom("a"), Atom("a")),
    ],
)
def test_what_can_be_a_key(value: Any, key: Any) -> None:
    assert map_key(value) == key


@pytest.mark.parametrize("value", [1.0, [], {}, (1, 2)])
def test_what_cannot_be_a_key(value: Any) -> None:
    with pytest.raises(ExpressionError):
        map_key(value)


def test_only_nil_and_false_are_not_true() -> None:
    values: list[Any] = [None, False, 0, "", [], True]
    assert [truthy(value) for value in values] == [False] * 2 + [True] * 4


def test_true_is_no_number() -> None:
    assert [is_number(value) for value in (1, 1.5, True, "1")] == [True, True, False, False]
    assert [is_integer(value) for value in (1, 1.5, True, "1")] == [True, False, False, False]


def test_numbers_are_bounded() -> None:
    assert bounded(1.5) == 1.5
    for value in (float("inf"), float("nan"), 10**5_000):
        with pytest.raises(ExpressionError):
            bounded(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (None, ""),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (1.0, "1.0"),
        (Atom("ok"), "ok"),
        (["a", [104, 105], "b"], "ahib"),
        ([0xD7FF, 0xE000, 0x10FFFF], "\ud7ff\ue000\U0010ffff"),
        (Decimal("1.50"), "1.50"),
        (dt.date(26, 1, 2), "0026-01-02"),
        (Time(NOON.time()), "12:05:09"),
        (Time(NOON.time(), 2), "12:05:09.06"),
        (Naive(NOON), "0026-01-02 12:05:09"),
        (Zoned(NOON.replace(tzinfo=dt.UTC), 1), "0026-01-02 12:05:09.0Z"),
        (
            Zoned(NOON.replace(year=2026, tzinfo=DELHI)),
            "2026-01-02 12:05:09+05:30 IST Asia/Kolkata",
        ),
        (
            Zoned(NOON.replace(year=2026, tzinfo=NEW_YORK)),
            "2026-01-02 12:05:09-05:00 EST America/New_York",
        ),
    ],
)
def test_a_value_has_a_text(value: Any, text: str) -> None:
    assert to_text(value) == text


def nested(levels: int) -> list[Any]:
    value: list[Any] = ["a"]
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        {},
        (1, 2),
        Range(1, 2),
        Function(0, lambda: 1),
        [0xD800],
        [0xDFFF],
        [0x110000],
        [-1],
        [True],
        [1.5],
    ],
)
def test_what_has_no_text(value: Any) -> None:
    with pytest.raises(ExpressionError):
        to_text(value)


def test_a_text_may_be_nested_a_hundred_deep() -> None:
    assert to_text(nested(100)) == "a"
    with pytest.raises(ExpressionError):
        to_text(nested(101))


def test_a_function_takes_as_many_values_as_it_names() -> None:
    add = Function(2, lambda one, other: one + other)
    assert add(1, 2) == 3
    with pytest.raises(ExpressionError):
        add(1)


def test_an_option_is_found_by_its_name() -> None:
    options = Keywords([(Atom("a"), 1), (Atom("a"), 2)])
    assert options.option("a") == 1
    assert options.option("b") is None
    assert options.option("b", 5) == 5
