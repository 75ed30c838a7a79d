"""What one process of all does once a minute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisIsAway

from flowhook.redis.connect import Client
from flowhook.redis.minute_sweep import Look, MinuteSweep
from tests.waiting import wait_for


class Visits(MinuteSweep):
    """Notes whom it looked at; `failures` are what looking at somebody raises."""

    WHAT = "visits"
    LOOK_KEY = "fh:visits:look"
    RUN_KEY = "fh:visits:run"

    def __init__(self, redis: Any, orgs: str) -> None:
        super().__init__(redis)
        self.orgs = orgs
        self.failures: dict[str, Exception] = {}
        self.looked: list[str] = []

    def wanting(self) -> Iterator[tuple[str, Look]]:
        yield from ((org, self.visit) for org in self.orgs)

    def visit(self, org: str) -> None:
        if org in self.failures:
            raise self.failures[org]
        self.looked.append(org)


@pytest.fixture
def visits(fake_redis: Client) -> Visits:
    return Visits(fake_redis, "abc")


def test_it_looks_once_a_minute(visits: Visits, fake_redis: Client) -> None:
    visits.sweep()
    wait_for(lambda: visits.looked == ["a", "b", "c"], "the first look")
    assert 50 < fake_redis.ttl(visits.LOOK_KEY) <= 60
    wait_for(lambda: not fake_redis.exists(visits.RUN_KEY), "the first look's end")
    visits.orgs = "d"
    visits.sweep()
    fake_redis.delete(visits.LOOK_KEY)
    visits.orgs = "e"
    visits.sweep()
    wait_for(lambda: "e" in visits.looked, "the second look")
    assert visits.looked == ["a", "b", "c", "e"]


def test_nobody_looks_while_somebody_does(visits: Visits) -> None:
    with visits.leases.holding(visits.RUN_KEY):
        visits.look()
    assert visits.looked == []
    visits.look()
    assert visits.looked == ["a", "b", "c"]


def test_what_is_wrong_with_one_keeps_nobody_else_from_it(visits: Visits) -> None:
    visits.failures["b"] = ValueError("wrong")
    visits.look()
    assert visits.looked == ["a", "c"]


def test_it_waits_where_redis_is_away(visits: Visits) -> None:
    visits.failures["b"] = RedisIsAway("away")
    visits.look()
    assert visits.looked == ["a"]
