"""Pauses grow, stay within their bounds, and spread."""

from __future__ import annotations

from flowhook.backoff import Backoff

BACKOFF = Backoff(first_seconds=2.0, factor=3, longest_seconds=50.0)


def test_pauses_grow_by_the_factor_up_to_the_longest() -> None:
    assert [BACKOFF.pause(tries) for tries in range(1, 6)] == [2.0, 6.0, 18.0, 50.0, 50.0]
    assert BACKOFF.pause(10_000) == 50.0
    assert BACKOFF.pause(0) == 2.0


def test_each_pause_follows_from_the_one_before() -> None:
    assert BACKOFF.after(2.0) == BACKOFF.pause(2)
    assert BACKOFF.after(18.0) == 50.0


def test_spread_pauses_are_shorter_by_a_quarter_at_most() -> None:
    found = {BACKOFF.spread(2) for _ in range(200)}
    assert len(found) > 100
    assert 4.5 <= min(found) <= max(found) <= 6.0
