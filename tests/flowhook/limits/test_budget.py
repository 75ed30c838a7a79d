"""The month's tokens: reserved before a call, settled after it, on every kind of Redis."""

from __future__ import annotations

import calendar
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from flowhook.errors import BudgetExceeded, RateLimited
from flowhook.limits.limiter import Limiter
from flowhook.limits.month import Month
from flowhook.redis.connect import Client
from tests.flowhook.limits.caller import organisation
from tests.flowhook.limits.clock import NOON, Clock
from tests.flowhook.limits.places import pass_through, place, refusal, tokens


class TestMonthlyTokens:
    def test_reserved_before_settled_after(self, limiter: Limiter, any_redis: Client) -> None:
        acme = organisation(monthly_tokens=1000)
        with place(limiter, acme, needed=100, likely=500, used=42):
            assert tokens(any_redis) == 600
        assert tokens(any_redis) == 42

    def test_settled_when_the_call_fails_too(self, limiter: Limiter, any_redis: Client) -> None:
        acme = organisation(monthly_tokens=1000)
        with pytest.raises(ZeroDivisionError), place(limiter, acme, needed=100, used=7):
            raise ZeroDivisionError
        assert tokens(any_redis) == 7

    def test_used_up(self, limiter: Limiter) -> None:
        acme = organisation(monthly_tokens=100)
        pass_through(limiter, acme, needed=10, used=100)
        error = refusal(limiter, acme)
        assert isinstance(error, BudgetExceeded)
        eleven_days = calendar.timegm((2026, 12, 1, 0, 0, 0)) - NOON
        assert error.retry_after_seconds == eleven_days

    def test_what_must_fit_and_what_may_be_less(self, limiter: Limiter, any_redis: Client) -> None:
        acme = organisation(monthly_tokens=100)
        refusal(limiter, acme, needed=101)
        with place(limiter, acme, needed=60, likely=500, used=90):
            assert tokens(any_redis) == 100
        pass_through(limiter, acme, needed=10, used=30)  # the last may use more than is left
        assert tokens(any_redis) == 120
        refusal(limiter, acme)

    def test_what_calls_hold_may_come_back_soon(self, limiter: Limiter) -> None:
        acme = organisation(monthly_tokens=100)
        with place(limiter, acme, needed=80, used=20):
            assert refusal(limiter, acme, needed=50).retry_after_seconds == 1
            wait = refusal(limiter, acme, needed=101).retry_after_seconds
            assert wait is not None and wait > 86_400
        pass_through(limiter, acme, needed=50)

    def test_a_killed_call_counts_as_estimated(
        self, limiter: Limiter, clock: Clock, any_redis: Client
    ) -> None:
        acme = organisation(monthly_tokens=100)
        place(limiter, acme, needed=80).__enter__()
        clock.now += 7200
        assert refusal(limiter, acme, needed=50).retry_after_seconds > 1  # type: ignore[operator]
        assert tokens(any_redis) == 80

    def test_the_month_turns(self, limiter: Limiter, clock: Clock, any_redis: Client) -> None:
        acme = organisation(monthly_tokens=100)
        new_year = calendar.timegm((2027, 1, 1, 0, 0, 0))
        clock.now = new_year - 0.5
        with place(limiter, acme, needed=100, used=100):
            assert refusal(limiter, acme).retry_after_seconds == 1
            clock.now = new_year
            pass_through(limiter, acme, needed=90, used=30)
        assert (tokens(any_redis, "2026-12"), tokens(any_redis, "2027-01")) == (100, 30)

    def test_a_call_without_tokens_needs_no_budget(self, limiter: Limiter) -> None:
        acme = organisation(monthly_tokens=1)
        pass_through(limiter, acme, used=1)
        refusal(limiter, acme)
        with limiter.place(acme, lambda: None, lambda: 0):
            pass

    def test_threads_never_reserve_more_than_there_is(
        self, limiter: Limiter, any_redis: Client
    ) -> None:
        acme = organisation(monthly_tokens=1000)
        everyone_tried = threading.Barrier(50)

        def call(_: int) -> bool:
            try:
                with place(limiter, acme, needed=90, used=90):
                    everyone_tried.wait(30)
                    return True
            except RateLimited:
                everyone_tried.wait(30)
                return False

        with ThreadPoolExecutor(50) as pool:
            assert sum(pool.map(call, range(50))) == 11
        assert tokens(any_redis) == 990

    def test_huge_budgets_stay_exact(self, limiter: Limiter, any_redis: Client) -> None:
        acme = organisation(monthly_tokens=10**12)
        pass_through(limiter, acme, used=10**12 - 1)
        pass_through(limiter, acme, used=1)
        assert tokens(any_redis) == 10**12
        refusal(limiter, acme)


@pytest.mark.parametrize(
    ("moment", "name", "end"),
    [
        ((2026, 11, 30, 23, 59, 59), "2026-11", (2026, 12, 1, 0, 0, 0)),
        ((2026, 12, 31, 23, 59, 59), "2026-12", (2027, 1, 1, 0, 0, 0)),
        ((2028, 2, 29, 12, 0, 0), "2028-02", (2028, 3, 1, 0, 0, 0)),
    ],
)
def test_months(moment: tuple[int, ...], name: str, end: tuple[int, ...]) -> None:
    found = Month.at(calendar.timegm(moment))
    assert (found.name, found.end) == (name, calendar.timegm(end))
    assert found.start == calendar.timegm((*moment[:2], 1, 0, 0, 0))
    assert found.days(calendar.timegm(moment))[-1] == f"{name}-{moment[2]:02d}"
    assert len(found.days(calendar.timegm(moment))) == moment[2]
