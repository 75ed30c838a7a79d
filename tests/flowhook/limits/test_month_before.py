"""A budget that is set in mid-month: what the month used before counts, once."""

from __future__ import annotations

import calendar
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from flowhook.limits.limiter import Limiter
from flowhook.redis.connect import Client
from flowhook.redis.keys import org_key
from tests.flowhook.limits.caller import organisation
from tests.flowhook.limits.clock import Clock
from tests.flowhook.limits.places import pass_through, place, refusal, tokens

ACME = organisation(monthly_tokens=1000)


class Watched:
    """Another Redis, with a list of what is asked; pipelines wait for `others` at a barrier."""

    def __init__(self, store: Any, others: threading.Barrier | None = None) -> None:
        self.store = store
        self.others = others
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.asked.append(name)
        if name == "pipeline" and self.others is not None:
            self.others.wait(30)
        return getattr(self.store, name)


def used(redis: Client, day: str, count: int) -> None:
    redis.hincrby(org_key("acme", "usage", day), "chat|gpt-6-luna|in", count - 1)
    redis.hincrby(org_key("acme", "usage", day), "prompt||out", 1)
    redis.hincrby(org_key("acme", "usage", day), "prompt||calls", 7)


def test_the_month_up_to_today_counts(limiter: Limiter, any_redis: Client) -> None:
    for day, count in (("2026-10-31", 900), ("2026-11-01", 100), ("2026-11-20", 200)):
        used(any_redis, day, count)
    assert limiter.tokens_this_month("acme") == 300
    with place(limiter, ACME, needed=50, used=30):
        assert tokens(any_redis) == limiter.tokens_this_month("acme") == 350
    assert tokens(any_redis) == 330
    used(any_redis, "2026-11-20", 30)
    pass_through(limiter, ACME, needed=50, used=30)
    assert tokens(any_redis) == 360


def test_a_month_that_was_used_up_before_is_used_up(limiter: Limiter, any_redis: Client) -> None:
    used(any_redis, "2026-11-03", 1000)
    assert refusal(limiter, ACME).retry_after_seconds > 86_400  # type: ignore[operator]
    assert tokens(any_redis) == 1000
    assert any_redis.ttl(org_key("acme", "limits", "tokens", "2026-11")) > 0


def test_once_there_is_a_counter_a_call_costs_one_round_trip_each_way(
    any_redis: Client, clock: Clock
) -> None:
    watched = Watched(any_redis)
    limiter = Limiter(watched, clock)
    pass_through(limiter, ACME, needed=50)
    assert watched.asked.count("pipeline") == 1
    watched.asked.clear()
    pass_through(limiter, ACME, needed=50)
    assert watched.asked == ["evalsha", "evalsha"]


def test_processes_that_begin_a_month_at_once_count_it_once(
    any_redis: Client, clock: Clock
) -> None:
    used(any_redis, "2026-11-03", 500)
    others = threading.Barrier(20)

    def call(_: int) -> None:
        pass_through(Limiter(Watched(any_redis, others), clock), ACME, needed=10, used=7)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(call, range(20)))
    assert tokens(any_redis) == 500 + 20 * 7


def test_a_budget_that_is_set_anew_counts_what_was_used_without_one(
    limiter: Limiter, any_redis: Client
) -> None:
    pass_through(limiter, ACME, needed=50, used=30)
    used(any_redis, "2026-11-20", 30 + 400)  # that call, and others after the budget was removed
    limiter.forget_month("acme")
    pass_through(limiter, ACME, needed=50, used=20)
    assert tokens(any_redis) == 450


@pytest.mark.parametrize("ends_first", [True, False])
def test_a_call_in_flight_while_a_budget_is_set_anew_settles_what_it_reserved(
    limiter: Limiter, any_redis: Client, ends_first: bool
) -> None:
    running = place(limiter, ACME, needed=300, used=40)
    running.__enter__()
    limiter.forget_month("acme")
    if ends_first:
        running.__exit__(None, None, None)
        assert tokens(any_redis) == 0
        used(any_redis, "2026-11-20", 40)
        pass_through(limiter, ACME, needed=50, used=1)
    else:
        pass_through(limiter, ACME, needed=50, used=1)
        assert tokens(any_redis) == 301
        running.__exit__(None, None, None)
    assert tokens(any_redis) == 41


def test_what_the_last_month_reserved_stays_in_it(
    limiter: Limiter, any_redis: Client, clock: Clock
) -> None:
    new_year = calendar.timegm((2027, 1, 1, 0, 0, 0))
    clock.now = new_year - 1
    with place(limiter, ACME, needed=300, used=40):
        clock.now = new_year + 1
        pass_through(limiter, ACME, needed=50, used=1)
        assert tokens(any_redis, "2027-01") == 1
    assert (tokens(any_redis, "2026-12"), tokens(any_redis, "2027-01")) == (40, 1)
