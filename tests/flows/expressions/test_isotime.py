"""Dates and times from ISO 8601 text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from flows.expressions.fault import ExpressionError
from flows.expressions.isotime import read_date, read_naive, read_time, read_zoned

NOON = dt.datetime(2026, 1, 2, 12, 5, 9)


def test_a_date() -> None:
    assert read_date("2026-01-02") == NOON.date()


@pytest.mark.parametrize(
    ("text", "microsecond", "precision"),
    [
        ("12:05:09", 0, 0),
        ("T12:05:09Z", 0, 0),
        ("12:05:09.5", 500_000, 1),
        ("12:05:09,000001", 1, 6),
        ("12:05:09.1234567", 123_456, 6),
    ],
)
def test_a_time_keeps_its_precision(text: str, microsecond: int, precision: int) -> None:
    found = read_time(text)
    assert found.value == NOON.time().replace(microsecond=microsecond)
    assert found.precision == precision


@pytest.mark.parametrize("offset", ["", "Z", "+05:30", "-0530"])
def test_a_naive_time_ignores_its_offset(offset: str) -> None:
    for text in (f"2026-01-02T12:05:09{offset}", f"2026-01-02 12:05:09{offset}"):
        found = read_naive(text)
        assert (found.value, found.precision) == (NOON, 0)


@pytest.mark.parametrize(
    ("offset", "seconds"), [("Z", 0), ("+00:00", 0), ("+05:30", 19_800), ("-0330", -12_600)]
)
def test_a_zoned_time_is_moved_to_utc(offset: str, seconds: int) -> None:
    found, told = read_zoned(f"2026-01-02T12:05:09.50{offset}")
    assert told == seconds
    assert found.zone == "Etc/UTC"
    assert found.precision == 2
    expected = NOON.replace(microsecond=500_000, tzinfo=dt.UTC) - dt.timedelta(seconds=seconds)
    assert found.value == expected


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_date, "2026-1-2"),
        (read_date, "2026-02-30"),
        (read_date, "२०२६-०१-०२"),
        (read_time, "12:05"),
        (read_time, "24:00:00"),
        (read_time, "12:05:09+01:00"),
        (read_naive, "2026-01-02"),
        (read_naive, "2026-01-02T12:05:09x"),
        (read_zoned, "2026-01-02T12:05:09"),
        (read_zoned, "2026-01-02T12:05:09+5"),
        (read_zoned, "x"),
    ],
)
def test_what_is_no_time_is_refused(read: Callable[[str], Any], text: str) -> None:
    with pytest.raises(ExpressionError):
        read(text)
