"""The limiter on every kind of Redis: exact, atomic, and settled whatever happens."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
import redis

from flowhook.errors import Overloaded, RateLimited
from flowhook.limits.limiter import Estimate, Limiter
from flowhook.organisations.organisation import Organisation
from flowhook.redis.connect import Client
from flowhook.redis.keys import scan_organisation
from tests.flowhook.limits.caller import organisation
from tests.flowhook.limits.clock import NOON, Clock
from tests.flowhook.limits.places import pass_through, place, refusal, tokens


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

    def test_a_clock_that_is_set_back_locks_nobody_out(
        self, limiter: Limiter, clock: Clock
    ) -> None:
        acme = organisation(requests_per_minute=3)
        for _ in range(3):
            pass_through(limiter, acme)
        clock.now -= 3600
        for _ in range(3):
            pass_through(limiter, acme)
        assert refusal(limiter, acme).retry_after_seconds == 60

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

    def test_a_killed_call_holds_no_place_for_an_hour_where_the_clock_is_set_back(
        self, limiter: Limiter, clock: Clock
    ) -> None:
        acme = organisation(concurrent_calls=1)
        place(limiter, acme).__enter__()  # never left
        clock.now -= 3600
        with place(limiter, acme):
            refusal(limiter, acme)

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
            assert len(keys) == 4
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
