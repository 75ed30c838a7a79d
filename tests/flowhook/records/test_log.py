"""The log as it is written: each call once, in order, capped, and rid of what is too old."""

from __future__ import annotations

import io
import time
from typing import Any

import pytest
import redis

from flowhook.errors import NotFound
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


def test_a_log_is_capped(any_redis: Client) -> None:
    write(open_log(any_redis, max_entries=10), *(entry(str(number)) for number in range(500)))
    assert logged(any_redis) == [str(number) for number in range(499, 489, -1)]


def large(request_id: str, status: str = "ok") -> LogEntry:
    found = entry(request_id)
    found.status, found.request = status, {"contact": "x" * 30_000}
    return found


def test_a_log_is_capped_by_bytes(any_redis: Client) -> None:
    log = open_log(any_redis, max_bytes=100_000)
    for number in range(20):
        write(log, large(str(number)))
    assert logged(any_redis) == ["19", "18", "17"]


def test_small_entries_make_room_for_large_ones_and_these_for_small_ones(
    any_redis: Client,
) -> None:
    log = open_log(any_redis, max_bytes=100_000)
    write(log, *(entry(f"small {number}") for number in range(50)))
    write(log, *(large(f"large {number}") for number in range(3)))
    held = logged(any_redis)
    assert held[:3] == ["large 2", "large 1", "large 0"]
    assert 3 < len(held) < 53
    write(log, *(entry(f"new {number}") for number in range(50)))
    assert [one for one in logged(any_redis) if one.startswith("large")] == ["large 2", "large 1"]


def test_entries_that_were_deleted_are_not_counted_for_long(any_redis: Client) -> None:
    log = open_log(any_redis, max_bytes=100_000)
    write(log, *(large(str(number)) for number in range(3)))
    any_redis.delete(org_key("acme", "log"))
    write(log, *(large(f"new {number}") for number in range(3)))
    assert len(logged(any_redis)) == 3


def test_entries_of_an_older_release_go_first(any_redis: Client) -> None:
    key = org_key("acme", "log")
    write(open_log(any_redis), *(large(str(number)) for number in range(3)))
    found: Any = any_redis.xrange(key)
    old = [dict(fields) for _, fields in found]
    any_redis.delete(key, org_key("acme", "log", "bytes"))
    for fields in old:
        del fields[b"before"]
        any_redis.xadd(key, fields)
    log = open_log(any_redis, max_bytes=100_000)
    write(log, large("new"))
    assert logged(any_redis) == ["new", "2", "1", "0"]
    write(log, *(large(f"new {number}") for number in range(3)))
    assert logged(any_redis) == ["new 2", "new 1", "new 0"]


def test_a_batch_removes_a_bounded_number(fake_redis: redis.Redis) -> None:
    """So that a lower LOG_ENTRIES does not hold up the store."""
    write(open_log(fake_redis, max_entries=10_000), *(entry(str(n)) for n in range(2500)))
    write(open_log(fake_redis, max_entries=10))
    assert fake_redis.xlen(org_key("acme", "log")) == 501


def test_entries_older_than_the_days_are_removed_and_an_idle_log_expires(
    fake_redis: redis.Redis,
) -> None:
    key = org_key("acme", "log")
    long_ago = int((time.time() - 40 * DAY) * 1000)
    fake_redis.xadd(key, {"summary": b"{}", "body": b""}, id=f"{long_ago}-0")
    write(open_log(fake_redis))
    assert fake_redis.xlen(key) == 1
    for kept in (key, org_key("acme", "log", "bytes")):
        assert 29 * DAY < fake_redis.ttl(kept) <= 30 * DAY


class Clock:
    """Epoch seconds, which tests wind on."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


def test_an_organisation_names_fewer_days_than_the_operator(any_redis: Client) -> None:
    clock, days = Clock(), {"acme": 7, "long": 60}
    log = open_log(any_redis, clock=clock, days_of=days.get)
    write(log, *(entry(org, org=org) for org in ("acme", "long", "other")))
    assert 6 * DAY < any_redis.ttl(org_key("acme", "log")) <= 7 * DAY
    assert 29 * DAY < any_redis.ttl(org_key("long", "log")) <= 30 * DAY

    def shown(org: str) -> list[str]:
        return [one["request_id"] for one in log.page(org, LogFilter(), "", 9)["logs"]]

    clock.now += 8 * DAY
    assert [shown(org) for org in ("acme", "long", "other")] == [[], ["long"], ["other"]]
    clock.now += 23 * DAY
    assert shown("long") == []  # the operator's bound wins


def test_a_shorter_time_holds_at_once_for_what_is_stored(any_redis: Client) -> None:
    clock, days = Clock(), dict[str, int]()
    log = open_log(any_redis, clock=clock, days_of=days.get)
    write(log, entry("a"))
    [found] = log.page("acme", LogFilter(), "", 9)["logs"]
    clock.now += 8 * DAY
    assert log.get("acme", found["id"])["request_id"] == "a"
    days["acme"] = 7
    assert log.page("acme", LogFilter(), "", 9)["logs"] == []
    with pytest.raises(NotFound):
        log.get("acme", found["id"])
    assert any_redis.xlen(org_key("acme", "log")) == 1
    log.shorten("acme", 7)
    assert any_redis.xlen(org_key("acme", "log")) == 0
