"""Moments as text."""

from __future__ import annotations

import doctest
from datetime import UTC, datetime

import pytest

from flowhook import timestamps


def test_examples_hold() -> None:
    assert doctest.testmod(timestamps).failed == 0


@pytest.mark.parametrize(
    ("precision", "text"),
    [
        ("seconds", "2026-11-20T09:30:05Z"),
        ("milliseconds", "2026-11-20T09:30:05.123Z"),
        ("microseconds", "2026-11-20T09:30:05.123456Z"),
    ],
)
def test_a_moment_is_told_as_exactly_as_asked(precision: str, text: str) -> None:
    moment = datetime(2026, 11, 20, 9, 30, 5, 123456, UTC)
    assert timestamps.timestamp(moment, precision) == text


def test_now_is_read_back_as_utc() -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    assert before <= datetime.fromisoformat(timestamps.now()) <= datetime.now(UTC)
