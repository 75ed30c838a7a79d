"""How values of different kinds compare."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from flows.expressions.fault import ExpressionError
from flows.expressions.order import compare
from flows.expressions.values import Atom, Naive, Range, Time

A, B = Atom("a"), Atom("b")
ORDERED: list[Any] = [
    -1,
    1.5,
    2,
    A,
    B,
    False,
    None,
    True,
    (9,),
    (1, 1),
    (1, 2),
    {A: 9},
    {A: 1, B: 1},
    {A: 1, B: 2},
    [],
    [1],
    [1, 1],
    [2],
    "",
    "a",
    "ab",
    "b",
]


def test_values_are_ordered_by_kind_and_then_by_value() -> None:
    for place, one in enumerate(ORDERED):
        for where, other in enumerate(ORDERED):
            assert compare(one, other) == (place > where) - (place < where), (one, other)


def test_an_integer_and_a_float_differ_only_strictly() -> None:
    assert compare(1, 1.0) == 0
    assert compare(1, 1.0, True) == -1
    assert compare(1.0, 1, True) == 1
    assert compare({A: 1}, {A: 1.0}) == 0
    assert compare({1: A}, {1.0: A}) == -1, "keys always differ"


def test_dates_compare_by_day_then_month_then_year() -> None:
    one, other = dt.date(2026, 1, 2), dt.date(2025, 3, 1)
    assert compare(one, other) == 1
    assert compare(dt.date(2025, 1, 2), dt.date(2026, 1, 2)) == -1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("1.0"), Decimal("1.00")),
        (Range(1, 2), Range(1, 3)),
        (Time(dt.time(1)), Time(dt.time(2))),
        (Naive(dt.datetime(2026, 1, 1)), Naive(dt.datetime(2026, 1, 2))),
    ],
)
def test_what_is_equal_only_to_itself(one: Any, other: Any) -> None:
    assert compare(one, one) == 0
    assert compare(one, other) != 0
    assert compare(one, other) == -compare(other, one)


def nested(levels: int, kind: type) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value] if kind is list else {A: value}
    return value


@pytest.mark.parametrize(("kind", "levels"), [(list, 100), (dict, 50)])
def test_values_may_be_nested_this_deep(kind: type, levels: int) -> None:
    assert compare(nested(levels, kind), nested(levels, kind)) == 0
    with pytest.raises(ExpressionError):
        compare(nested(levels + 1, kind), nested(levels + 1, kind))
