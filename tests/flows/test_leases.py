"""Leases: whose they are, and how long they are kept."""

from __future__ import annotations

from typing import Any

from flows.leases import LeaseKeeper, renew, take
from tests.waiting import wait_for


def test_a_lease_is_its_first_takers_until_it_is_given_back(any_redis: Any) -> None:
    assert take(any_redis, "k", "a", seconds=10)
    assert take(any_redis, "k", "a", seconds=10), "it was taken, and the answer lost"
    assert not take(any_redis, "k", "b", seconds=10)
    assert not renew(any_redis, "k", "b", seconds=0)
    assert renew(any_redis, "k", "a", seconds=0)
    assert take(any_redis, "k", "b", seconds=10)


def test_who_lost_a_lease_leaves_the_next_holders_alone(fake_redis: Any) -> None:
    keeper = LeaseKeeper(fake_redis, lease_seconds=0.3)
    fake_redis.set("k", "second", px=60_000)
    lost = keeper.keeping("k", "first")
    lost.__enter__()
    with keeper.keeping("k", "second"):
        lost.__exit__(None, None, None)
        wait_for(lambda: fake_redis.pttl("k") <= 300, "the second's lease to be its own again")
