"""The log as it is written: each call once, in order, capped, and rid of what is too old."""

from __future__ import annotations

import io
import time
from typing import Any

import pytest
import redis

from flowhook.organisations.cipher import Cipher
from flowhook.records.batch import batches_of
from flowhook.records.log import LogFilter, LogStore
from flowhook.records.log_entry import LogEntry
from flowhook.records.recorder import Recorder
from flowhook.redis.connect import Client
from flowhook.redis.keys import org_key
from tests.fakes.faulty_redis import FaultyRedis
from tests.fixtures_app import FIRST_KEY

DAY = 86_400


def entry(request_id: str = "r1", org: str = "acme") -> LogEntry:
    return LogEntry(org, "get_buttons", request_id, "ok", 200, 1.0, at=0.0, request={}, response={})


def open_log(store: Any, max_entries: int = 100, **more: Any) -> LogStore:
    return LogStore(store, Cipher([FIRST_KEY]), max_entries, max_days=30, **more)


def write(log: LogStore, *entries: LogEntry) -> None:
    pipe = log.redis.pipeline(transaction=False)
    log.add_to(pipe, batches_of(entries or [entry()]))
    pipe.execute()


def logged(store: Any, org: str = "acme") -> list[str]:
    page = open_log(store).page(org, LogFilter(), "", 100)
    return [found["request_id"] for found in page["logs"]]


def record(store: Any, *entries: LogEntry) -> Recorder:
    """A recorder with these entries queued, whose thread does not run."""
    recorder = Recorder(store, [open_log(store)], stream=io.StringIO())
    recorder._queue.extend(entries)
    return recorder


def test_entries_are_logged_newest_first_each_in_its_organisations_log(any_redis: Client) -> None:
    write(open_log(any_redis), entry("a"), entry("b", org="other"), entry("c"))
    assert logged(any_redis) == ["c", "a"]
    assert logged(any_redis, "other") == ["b"]


def test_a_batch_sent_again_is_logged_once(any_redis: Client) -> None:
    log = open_log(any_redis)
    write(log, entry("a"), entry("b"))
    write(log, entry("a"), entry("b"))
    write(log, entry("c"))
    assert logged(any_redis) == ["c", "b", "a"]


def test_processes_do_not_take_each_other_for_repeats(any_redis: Client) -> None:
    write(open_log(any_redis), entry("a"))
    write(open_log(any_redis), entry("a"))
    assert logged(any_redis) == ["a", "a"]


def test_calls_are_logged_once_though_answers_are_lost(any_redis: Client) -> None:
    store = FaultyRedis(any_redis)
    store.loses = 2
    recorder = record(store, entry("a"), entry("b"))
    for _ in range(2):
        with pytest.raises(redis.ConnectionError):
            recorder.flush()
    recorder._queue.append(entry("c"))
    recorder.flush()
    assert logged(any_redis) == ["c", "b", "a"]


def test_calls_are_logged_once_though_another_organisations_cannot_be(any_redis: Client) -> None:
    broken = org_key("broken", "log")
    any_redis.set(broken, "not a log")
    recorder = record(any_redis, entry("a"), entry("b", org="broken"))
    for _ in range(3):
        with pytest.raises(redis.ResponseError):
            recorder.flush()
    any_redis.delete(broken)
    recorder.flush()
    assert logged(any_redis) == ["a"]
    assert logged(any_redis, "broken") == ["b"]


def test_a_log_is_capped(fake_redis: redis.Redis) -> None:
    write(open_log(fake_redis, max_entries=10), *(entry(str(number)) for number in range(500)))
    assert 10 <= len(logged(fake_redis)) < 500


def test_entries_older_than_the_days_are_removed_and_an_idle_log_expires(
    fake_redis: redis.Redis,
) -> None:
    key = org_key("acme", "log")
    long_ago = int((time.time() - 40 * DAY) * 1000)
    fake_redis.xadd(key, {"summary": b"{}", "body": b""}, id=f"{long_ago}-0")
    write(open_log(fake_redis))
    assert fake_redis.xlen(key) == 1
    assert 29 * DAY < fake_redis.ttl(key) <= 30 * DAY


def test_an_organisation_is_trimmed_once_an_hour(fake_redis: redis.Redis) -> None:
    now = [time.time()]
    log = open_log(fake_redis, clock=lambda: now[0])
    key = org_key("acme", "log")
    write(log)
    fake_redis.persist(key)
    write(log)
    assert fake_redis.ttl(key) == -1
    now[0] += 3601
    write(log)
    assert fake_redis.ttl(key) > 0
