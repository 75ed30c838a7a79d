"""How the whole service does, on every kind of Redis."""

from __future__ import annotations

import io

import pytest
import redis

from flowhook.board.board import Board
from flowhook.records.batch import batches_of
from flowhook.records.log_entry import LogEntry
from flowhook.records.recent_outcomes import BUCKET_SECONDS, STEP_SECONDS, RecentOutcomes
from flowhook.records.recorder import Recorder
from flowhook.redis.connect import Client
from flowhook.usage.prices import Prices
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


def test_outcomes_of_each_organisation_and_of_all(pulse: RecentOutcomes) -> None:
    write(pulse, entry(), entry(org="other"), entry("unauthorized", org=None))
    write(pulse, entry(at=NOON + 1), entry("provider_timeout"))
    every = {"ok": 3, "provider_timeout": 1}
    assert pulse.last_hour().statuses == pulse.last_day().statuses == every
    assert pulse.last_hour("acme").statuses == {"ok": 2, "provider_timeout": 1}
    assert pulse.last_day("other").statuses == {"ok": 1}
    assert (pulse.last_day().calls, pulse.last_day().failed) == (4, 1)


def test_home_and_the_operators_board_count_the_same_day(
    any_redis: Client, pulse: RecentOutcomes
) -> None:
    board = Board(any_redis, Prices({}), clock=lambda: NOON)
    ages = [0, 1800, 3 * 3600, 23 * 3600, 25 * 3600, 27 * 3600]
    entries = [entry(status, NOON - age) for age in ages for status in ("ok", "refused")]
    for sink in (pulse, board):
        pipe = any_redis.pipeline(transaction=False)
        sink.add_to(pipe, batches_of(entries))
        pipe.execute()
    (standing,) = board.standings(["acme"])
    day = pulse.last_day("acme")
    assert (day.calls, day.failed) == (standing.day["calls"], standing.day["failures"])
    assert day.calls >= 8


def test_only_the_last_hour_counts(pulse: RecentOutcomes) -> None:
    write(pulse, entry(at=NOON - 3600), entry(at=NOON - 3600 + STEP_SECONDS), entry())
    assert pulse.last_hour().statuses == {"ok": 2}


def test_old_hours_are_forgotten(pulse: RecentOutcomes, any_redis: Client) -> None:
    write(pulse, entry())
    keys = [*any_redis.scan_iter("fh:pulse:*"), *any_redis.scan_iter("fh:{acme}:outcomes:*")]
    assert [0 < any_redis.ttl(key) <= 2 * 86_400 for key in keys] == [True, True]


def test_a_batch_sent_again_counts_once(pulse: RecentOutcomes, any_redis: Client) -> None:
    several = [entry(), entry(org="other"), entry(at=NOON - BUCKET_SECONDS)]
    write(pulse, *several)
    write(pulse, *several)
    assert pulse.last_day().statuses == {"ok": 3}
    write(RecentOutcomes(any_redis), *several)
    assert pulse.last_day().statuses == {"ok": 6}, "another process"


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
    assert pulse.last_hour().statuses == {"ok": 2, "refused": 1}
