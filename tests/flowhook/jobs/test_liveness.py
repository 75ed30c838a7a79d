"""Which processes live, on every kind of Redis."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from flowhook.jobs.liveness import Liveness
from flowhook.redis.connect import Client
from flowhook.redis.keys import STORE_FORMAT
from tests.fakes.faulty_redis import FaultyRedis
from tests.waiting import wait_for


@pytest.fixture
def watching(any_redis: Client) -> Iterator[Liveness]:
    watching = Liveness(any_redis)
    yield watching
    watching.close()


def test_holders_of_one_process_have_names_of_their_own(watching: Liveness) -> None:
    assert watching.holder() != watching.holder()
    assert watching.lives(watching.holder())


def test_nobody_lives_behind_a_name_that_no_process_gave(watching: Liveness) -> None:
    assert not watching.lives("stranger/1")
    assert not watching.lives("")


def test_what_a_process_holds_is_held_until_it_closes(
    watching: Liveness, any_redis: Client
) -> None:
    other = Liveness(any_redis)
    first, second = other.holder(), other.holder()
    assert watching.lives(first)
    assert watching.lives(second)
    other.close()
    assert not watching.lives(first)
    assert not watching.lives(second)


def test_a_process_that_stops_renewing_is_dead_in_a_while(
    watching: Liveness, any_redis: Client
) -> None:
    killed = Liveness(any_redis, seconds=0.3)
    holder = killed.holder()
    assert watching.lives(holder)
    killed._ended.set()
    wait_for(lambda: not watching.lives(holder), "its sign of life to lapse")


def test_a_process_that_works_renews(watching: Liveness, any_redis: Client) -> None:
    working = Liveness(any_redis, seconds=0.6)
    holder = working.holder()
    key = f"fh:process:{working.process}"
    for _ in range(3):
        any_redis.pexpire(key, 60_000)  # longer than a renewal makes it
        wait_for(lambda: any_redis.pttl(key) <= 600, "its renewal")
        assert watching.lives(holder)
    working.close()


def test_while_redis_is_away_it_is_tried_again(fake_redis: redis.Redis) -> None:
    store = FaultyRedis(fake_redis)
    liveness = Liveness(store, seconds=0.3)
    liveness.holder()
    key = f"fh:process:{liveness.process}"
    store.faults = [redis.ConnectionError("away"), OSError("away")]
    fake_redis.pexpire(key, 60_000)
    wait_for(lambda: fake_redis.pttl(key) <= 300, "a renewal once Redis is back")
    assert not store.faults
    liveness.close()


def test_who_cannot_show_a_sign_of_life_holds_nothing(fake_redis: redis.Redis) -> None:
    store = FaultyRedis(fake_redis)
    liveness = Liveness(store)
    store.away = True
    with pytest.raises(redis.ConnectionError):
        liveness.holder()
    store.away = False
    assert liveness.holder(), "as soon as Redis is back"
    liveness.close()


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_workers_are_counted_as_long_as_they_renew(any_redis: Client) -> None:
    clock = Clock()
    first, second = (Liveness(any_redis, clock=clock) for _ in range(2))
    first.holder()
    assert first.workers() == 0
    first.become_worker()
    second.become_worker()
    assert first.workers() == 2
    clock.now += 10
    first._renew()
    clock.now += 10
    assert first.workers() == 1
    clock.now += 10
    assert second.workers() == 0
    first._renew()
    assert second.workers() == 1
    first.close()
    assert second.workers() == 0
    second.close()


def test_a_worker_that_finds_no_redis_is_listed_once_it_is_back(fake_redis: redis.Redis) -> None:
    store = FaultyRedis(fake_redis)
    store.away = True
    worker = Liveness(store, seconds=0.3)
    worker.become_worker()
    store.away = False
    wait_for(lambda: worker.workers() == 1, "its heartbeat")
    worker.close()


def test_a_lease_tells_which_store_its_process_knows(any_redis: Client) -> None:
    process = Liveness(any_redis)
    process.begin()
    (name,) = any_redis.scan_iter(match="fh:process:*")
    assert any_redis.get(name) == f"format {STORE_FORMAT}".encode()
    process.close()
