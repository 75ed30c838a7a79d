from __future__ import annotations

import fakeredis

from flowhook.jobs.workers import BEAT_SECONDS, LIVING_SECONDS, Workers


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_workers_are_counted_as_long_as_they_beat() -> None:
    clock, redis = Clock(), fakeredis.FakeRedis(protocol=2)
    first, second = Workers(redis, clock), Workers(redis, clock)
    assert first.living() == 0
    first.beat()
    second.beat()
    assert first.living() == 2
    clock.now += BEAT_SECONDS
    first.beat()
    clock.now += LIVING_SECONDS - 1
    assert first.living() == 1
    clock.now += 2
    assert second.living() == 0
    first.beat()
    first.leave()
    assert second.living() == 0


def test_a_lost_beat_ends_no_worker() -> None:
    server = fakeredis.FakeServer()
    workers = Workers(fakeredis.FakeRedis(server=server, protocol=2), Clock())
    server.connected = False
    workers.beat()
    workers.leave()
