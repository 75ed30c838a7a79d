"""Leases on every kind of Redis: one holder, renewed while it works, and lost when it dies."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis

from flowhook.redis.connect import Client
from flowhook.redis.leases import Leases, new_token
from tests.fakes.faulty_redis import FaultyRedis
from tests.waiting import wait_for

KEY = "fh:{acme}:lock"


@pytest.fixture
def leases(any_redis: Client) -> Leases:
    return Leases(any_redis, 30.0)


@pytest.fixture
def short(any_redis: Client) -> Leases:
    return Leases(any_redis, 0.9)  # long enough that a busy machine renews in time


def lengthened(store: Client) -> Callable[[], bool]:
    """Whether the lease has more time left than when it was last looked at."""
    lowest = store.pttl(KEY)

    def look() -> bool:
        nonlocal lowest
        left, before = store.pttl(KEY), lowest
        lowest = left
        return left > before

    return look


def test_a_key_has_one_holder_at_a_time(leases: Leases) -> None:
    token = leases.take(KEY)
    assert token
    assert leases.take(KEY) is None
    leases.end(KEY, token)
    assert leases.take(KEY) not in (None, token)


def test_a_lease_that_nobody_renews_lapses(short: Leases) -> None:
    token = short.take(KEY)
    assert token
    assert wait_for(lambda: short.take(KEY), "the lease to lapse")
    assert not short.renew(KEY, token)


def test_only_its_holder_renews_and_ends_a_lease(leases: Leases, any_redis: Client) -> None:
    token = leases.take(KEY)
    assert token
    any_redis.pexpire(KEY, 10_000)
    assert not leases.renew(KEY, new_token())
    leases.end(KEY, new_token())
    assert 0 < any_redis.pttl(KEY) <= 10_000
    assert leases.renew(KEY, token)
    assert 10_000 < any_redis.pttl(KEY) <= 30_000


def test_what_is_kept_outlasts_its_term_and_stays_its_holders(
    short: Leases, any_redis: Client
) -> None:
    token = short.take(KEY)
    assert token
    with short.keeping(KEY, token):
        for _ in range(3):
            wait_for(lengthened(any_redis), "the lease to be renewed")
        assert short.take(KEY) is None
    assert short.renew(KEY, token)
    assert wait_for(lambda: short.take(KEY), "the lease to lapse once it is not kept")


def test_several_are_kept_at_once_and_anew_after_a_rest(short: Leases, any_redis: Client) -> None:
    for _ in range(2):
        first, second = short.take(KEY), short.take(f"{KEY}:2")
        assert first
        assert second
        with short.keeping(f"{KEY}:2", second), short.keeping(KEY, first):
            for _ in range(3):
                wait_for(lengthened(any_redis), "the lease to be renewed")
            assert short.renew(f"{KEY}:2", second)
        wait_for(lambda: short._thread is None, "the thread to end")
        short.end(KEY, first)
        short.end(f"{KEY}:2", second)


def test_who_holds_gives_back_at_the_end_of_the_block(leases: Leases, any_redis: Client) -> None:
    with leases.holding(KEY) as token, leases.holding(KEY) as other:
        assert token
        assert other is None
        assert any_redis.get(KEY) == token.encode()
    with pytest.raises(ZeroDivisionError), leases.holding(KEY) as token:
        assert token
        raise ZeroDivisionError
    assert not any_redis.exists(KEY)


def test_who_lost_a_lease_gives_back_nothing(leases: Leases, any_redis: Client) -> None:
    with leases.holding(KEY):
        any_redis.set(KEY, "another's")
    assert any_redis.get(KEY) == b"another's"


def test_while_redis_is_away_it_is_tried_again(fake_redis: redis.Redis) -> None:
    store = FaultyRedis(fake_redis)
    leases = Leases(store, 0.3)
    token = leases.take(KEY)
    assert token
    fake_redis.pexpire(KEY, 10_000)
    store.faults = [redis.ConnectionError("away"), OSError("away")]
    with leases.keeping(KEY, token):
        wait_for(lambda: fake_redis.pttl(KEY) <= 300, "a renewal once Redis is back")
    assert not store.faults


def test_a_block_ends_well_though_redis_is_away(fake_redis: redis.Redis) -> None:
    store = FaultyRedis(fake_redis)
    with Leases(store, 30.0).holding(KEY):
        store.away = True
    assert fake_redis.exists(KEY), "left to lapse"
