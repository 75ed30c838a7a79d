"""How the whole service does, on every kind of Redis."""

from __future__ import annotations

import io

import pytest
import redis

from flowhook.records.batch import batches_of
from flowhook.records.log_entry import LogEntry
from flowhook.records.recent_outcomes import BUCKET_SECONDS, RecentOutcomes
from flowhook.records.recorder import Recorder
from flowhook.redis.connect import Client
from tests.fakes.faulty_redis import FaultyRedis

NOON = 1_795_176_000.0


def entry(status: str = "ok", at: float = NOON, org: str | None = "acme") -> LogEntry:
    return LogEntry(org, "chat", f"{status} {at} {org}", status, 200, 1.0, at)


@pytest.fixture
def pulse(any_redis: Client) -> RecentOutcomes:
    return RecentOutcomes(any_redis, clock=lambda: NOON)


def write(pulse: RecentOutcomes, *entries: LogEntry) -> None:
    pipe = pulse.redis.pipeline(transaction=False)
    pulse.add_to(pipe, batches_of(entries))
    pipe.execute()


def test_outcomes_of_every_organisation_and_of_none_are_added_up(pulse: RecentOutcomes) -> None:
    write(pulse, entry(), entry(org="other"), entry("unauthorized", org=None))
    write(pulse, entry(at=NOON + 1), entry("provider_timeout"))
    assert pulse.last_hour() == {"ok": 3, "unauthorized": 1, "provider_timeout": 1}


def test_only_the_last_hour_counts(pulse: RecentOutcomes) -> None:
    write(pulse, entry(at=NOON - 3600), entry(at=NOON - 3600 + BUCKET_SECONDS), entry())
    assert pulse.last_hour() == {"ok": 2}


def test_old_minutes_are_forgotten(pulse: RecentOutcomes, any_redis: Client) -> None:
    write(pulse, entry())
    assert [0 < any_redis.ttl(key) <= 7200 for key in any_redis.scan_iter("fh:pulse:*")] == [True]


def test_a_batch_sent_again_counts_once(pulse: RecentOutcomes, any_redis: Client) -> None:
    several = [entry(), entry(org="other"), entry(at=NOON - BUCKET_SECONDS)]
    write(pulse, *several)
    write(pulse, *several)
    assert pulse.last_hour() == {"ok": 3}
    write(RecentOutcomes(any_redis), *several)
    assert pulse.last_hour() == {"ok": 6}, "another process"


def test_calls_count_once_though_answers_are_lost(any_redis: Client, pulse: RecentOutcomes) -> None:
    store = FaultyRedis(any_redis)
    store.loses = 2
    recorder = Recorder(store, [pulse], stream=io.StringIO())
    recorder._queue.extend([entry(), entry("refused")])
    for _ in range(2):
        with pytest.raises(redis.ConnectionError):
            recorder.flush()
    recorder._queue.append(entry(at=NOON + 1))
    recorder.flush()
    assert pulse.last_hour() == {"ok": 2, "refused": 1}
