"""The limiter on every kind of Redis: exact, atomic, and settled whatever happens."""

from __future__ import annotations

import calendar
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
import redis

from errors import BudgetExceeded, Overloaded, RateLimited
from limits.limiter import Estimate, Limiter, Place
from limits.month import Month
from settings.organisation import Organisation
from storage.connect import Client
from storage.keys import org_key, scan_organisation
from tests.limits.caller import organisation
from tests.limits.clock import NOON, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(any_redis: Client, clock: Clock) -> Limiter:
    return Limiter(any_redis, clock)


def place(
    limiter: Limiter, acme: Organisation, needed: int = 0, used: int = 0, **more: int
) -> Place:
    return limiter.place(acme, lambda: Estimate(needed, **more), lambda: used)


def pass_through(limiter: Limiter, acme: Organisation, **more: int) -> None:
    with place(limiter, acme, **more):
        pass


def refusal(limiter: Limiter, acme: Organisation, **more: int) -> RateLimited:
    with pytest.raises(RateLimited) as caught:
        pass_through(limiter, acme, **more)
    return caught.value


def tokens(redis: Client, month: str = "2026-11") -> int:
    return int(redis.get(org_key("acme", "limits", "tokens", month)) or 0)


def test_an_organisation_without_limits_asks_nothing() -> None:
    limiter = Limiter(redis=None)
    with limiter.place(Organisation("acme", {}, {}), Estimate, lambda: 0):
        pass
    with limiter.place(organisation(), Estimate, lambda: 0):
        pass


class TestRequestsPerMinute:
    def test_the_first_call_comes_free_sixty_seconds_later(
        self, limiter: Limiter, clock: Clock
    ) -> None:
        acme = organisation(requests_per_minute=3)
        for offset in (0, 10.5, 20):
            clock.now = NOON + offset
            pass_through(limiter, acme)
        error = refusal(limiter, acme)
        assert (error.type, error.retry_after_seconds) == ("rate_limited", 40)
        clock.now = NOON + 59.99
        assert refusal(limiter, acme).retry_after_seconds == 1
        clock.now = NOON + 60
        pass_through(limiter, acme)
        assert refusal(limiter, acme).retry_after_seconds == 11  # the second, at 10.5

    def test_no_minute_holds_more_than_the_limit(self, limiter: Limiter, clock: Clock) -> None:
        acme = organisation(requests_per_minute=10)
        admitted: list[float] = []
        for tick in range(400):  # one try every 0.7 s
            clock.now = NOON + tick * 0.7
            try:
                pass_through(limiter, acme)
            except RateLimited:
                continue
            admitted.append(clock.now)
        most = max(sum(1 for at in admitted if end - 60 < at <= end) for end in admitted)
        assert most == 10
        assert len(admitted) == 50  # ten in each of the 4.7 minutes, at once

    def test_a_refused_call_does_not_count(self, limiter: Limiter, clock: Clock) -> None:
        acme = organisation(requests_per_minute=1)
        pass_through(limiter, acme)
        for offset in range(1, 60):
            clock.now = NOON + offset
            assert refusal(limiter, acme).retry_after_seconds == 60 - offset
        clock.now = NOON + 60
        pass_through(limiter, acme)

    def test_a_changed_limit_holds_at_once(self, limiter: Limiter, clock: Clock) -> None:
        for offset in range(5):
            clock.now = NOON + offset
            pass_through(limiter, organisation(requests_per_minute=5))
        assert refusal(limiter, organisation(requests_per_minute=2)).retry_after_seconds == 59
        clock.now = NOON + 63
        pass_through(limiter, organisation(requests_per_minute=2))

    def test_threads_at_once(self, limiter: Limiter) -> None:
        acme = organisation(requests_per_minute=10)

        def admitted(_: int) -> bool:
            try:
                pass_through(limiter, acme)
            except RateLimited:
                return False
            return True

        with ThreadPoolExecutor(50) as pool:
            assert sum(pool.map(admitted, range(50))) == 10

    def test_by_the_server_clock(self, any_redis: Client) -> None:
        limiter = Limiter(any_redis)
        acme = organisation(requests_per_minute=1)
        pass_through(limiter, acme)
        wait = refusal(limiter, acme).retry_after_seconds
        assert wait is not None and 50 < wait <= 60


class TestConcurrentCalls:
    def test_a_place_comes_back(self, limiter: Limiter) -> None:
        acme = organisation(concurrent_calls=2)
        with place(limiter, acme), place(limiter, acme):
            error = refusal(limiter, acme)
            assert (error.type, error.retry_after_seconds) == ("rate_limited", 1)
        pass_through(limiter, acme)

    def test_a_failed_call_gives_its_place_back(self, limiter: Limiter) -> None:
        acme = organisation(concurrent_calls=1)
        with pytest.raises(ZeroDivisionError), place(limiter, acme):
            raise ZeroDivisionError
        pass_through(limiter, acme)

    def test_the_place_of_a_killed_call_returns_with_its_lease(
        self, limiter: Limiter, clock: Clock
    ) -> None:
        acme = organisation(concurrent_calls=1)
        place(limiter, acme).__enter__()  # never left
        clock.now += limiter.lease_seconds - 0.001
        refusal(limiter, acme)
        clock.now += 0.001
        pass_through(limiter, acme)

    def test_fifty_threads_never_exceed_ten(self, limiter: Limiter) -> None:
        acme = organisation(concurrent_calls=10)
        inside, most, done = 0, 0, 0
        lock = threading.Lock()

        def call(_: int) -> None:
            nonlocal inside, most, done
            for _attempt in range(10):
                try:
                    with place(limiter, acme):
                        with lock:
                            inside += 1
                            most = max(most, inside)
                        with lock:
                            inside -= 1
                            done += 1
                except RateLimited:
                    continue

        with ThreadPoolExecutor(50) as pool:
            list(pool.map(call, range(50)))
        assert 1 <= most <= 10
        assert done >= 10
        with ExitStack() as stack:  # all places are back
            for _ in range(10):
                stack.enter_context(place(limiter, acme))
            refusal(limiter, acme)


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


class TestTogether:
    def test_a_refused_call_reserves_nothing(self, limiter: Limiter, any_redis: Client) -> None:
        acme = organisation(requests_per_minute=5, concurrent_calls=1, monthly_tokens=100)
        with place(limiter, acme, needed=10):
            for _ in range(10):
                refusal(limiter, acme, needed=10)
            assert tokens(any_redis) == 10
        for _ in range(10):
            refusal(limiter, acme, needed=1000)
        for _ in range(4):
            pass_through(limiter, acme, needed=10)
        assert refusal(limiter, acme).retry_after_seconds == 60

    def test_organisations_do_not_share(self, limiter: Limiter) -> None:
        pass_through(limiter, organisation(requests_per_minute=1))
        pass_through(limiter, Organisation("other", {"limits": {"requests_per_minute": 1}}, {}))

    def test_a_deleted_organisation_leaves_nothing(
        self, limiter: Limiter, any_redis: Client
    ) -> None:
        acme = organisation(concurrent_calls=1, monthly_tokens=100)
        with place(limiter, acme, needed=10, used=5):
            any_redis.delete(*scan_organisation(any_redis, "acme"))
        assert list(scan_organisation(any_redis, "acme")) == []

    def test_everything_expires(self, limiter: Limiter, any_redis: Client) -> None:
        acme = organisation(requests_per_minute=1, concurrent_calls=1, monthly_tokens=100)
        with place(limiter, acme, needed=10):
            keys = list(scan_organisation(any_redis, "acme"))
            assert len(keys) == 3
            assert all(any_redis.ttl(key) > 0 for key in keys)

    def test_without_redis_no_call_begins_but_an_answer_is_not_lost(self) -> None:
        class Breaking:
            """A server that goes away after `good` commands."""

            def __init__(self, good: int) -> None:
                self.good = good

            def evalsha(self, *_: Any) -> list[bytes]:
                if self.good == 0:
                    raise redis.ConnectionError("away")
                self.good -= 1
                return [b"ok", b"0"]

        acme = organisation(concurrent_calls=1)
        with pytest.raises(Overloaded):
            pass_through(Limiter(Breaking(0)), acme)
        pass_through(Limiter(Breaking(1)), acme)


@pytest.mark.parametrize(
    ("moment", "name", "end"),
    [
        ((2026, 11, 30, 23, 59, 59), "2026-11", (2026, 12, 1, 0, 0, 0)),
        ((2026, 12, 31, 23, 59, 59), "2026-12", (2027, 1, 1, 0, 0, 0)),
        ((2028, 2, 29, 12, 0, 0), "2028-02", (2028, 3, 1, 0, 0, 0)),
    ],
)
def test_months(moment: tuple[int, ...], name: str, end: tuple[int, ...]) -> None:
    assert Month.at(calendar.timegm(moment)) == Month(name, calendar.timegm(end))
