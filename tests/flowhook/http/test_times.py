"""Times as callers write them."""

from __future__ import annotations

import pytest

from flowhook.http.times import milliseconds, read_time

DAY = "2026-11-20"
NOON = 1_795_176_000  # that day


@pytest.mark.parametrize(
    ("text", "first", "length"),
    [
        (DAY, (NOON - 12 * 3600) * 1000, 86_400_000),
        ("20261120", (NOON - 12 * 3600) * 1000, 86_400_000),
        (f"{DAY}T12:00:00Z", NOON * 1000, 1000),
        (f"{DAY}T12:00:00", NOON * 1000, 1000),
        (f"{DAY} 12:00:00", NOON * 1000, 1000),
        (f"{DAY}T12:00Z", NOON * 1000, 60_000),
        (f"{DAY}T12:00", NOON * 1000, 60_000),
        (f"{DAY}T17:30:00+05:30", NOON * 1000, 1000),
        (f"{DAY}T17:30:00 05:30", NOON * 1000, 1000),
        (f"{DAY}T07:00:00-05:00", NOON * 1000, 1000),
        ("20261120T120000Z", NOON * 1000, 1000),
        (f"{DAY}T12:00:00.250Z", NOON * 1000 + 250, 1),
        (f"{DAY}T12:00:00.250999+00:00", NOON * 1000 + 250, 1),
        (str(NOON), NOON * 1000, 1000),
        (f"{NOON}.25", NOON * 1000 + 250, 1),
        (f"{NOON}485", NOON * 1000 + 485, 1),
        ("0", 0, 1000),
        ("1969-12-31", -86_400_000, 86_400_000),
        ("9999-12-31", 253_402_214_400_000, 86_400_000),
    ],
)
def test_what_a_text_names(text: str, first: int, length: int) -> None:
    begin, end = read_time(text)
    assert milliseconds(begin) == first
    assert milliseconds(end) - first == length - 1


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "-1",
        "9e99",
        "1" * 30,
        "2026-02-30",
        "2026-11",
        "20-11-2026",
        "٢٠٢٦-11-20",
        "²",
        ".",
    ],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="Not a time, for example 2026-11-20"):
        read_time(text)
