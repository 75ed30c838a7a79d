"""Counting batches, on every kind of Redis."""

from __future__ import annotations

import calendar
import io
from typing import Any

import pytest
import redis

from flowhook.records.batch import batches_of
from flowhook.records.log_entry import LogEntry
from flowhook.records.recorder import Recorder
from flowhook.redis.connect import Client
from flowhook.redis.keys import org_key, scan_organisation
from flowhook.usage.counters import Count, Row, UsageCounters
from tests.fakes.faulty_redis import FaultyRedis

NOON = calendar.timegm((2026, 11, 20, 12, 0, 0))
TODAY = ["2026-11-20"]


def entry(org: str | None = "acme", at: float = NOON, **more: Any) -> LogEntry:
    known = {"function": "chat", "status": "ok", "model": "gpt-6-luna", "request_id": "r", **more}
    return LogEntry(organization_id=org, at=at, http_status=200, milliseconds=1.0, **known)


@pytest.fixture
def counters(any_redis: Client) -> UsageCounters:
    return UsageCounters(any_redis)


def write(counters: UsageCounters, *entries: LogEntry) -> None:
    pipe = counters.redis.pipeline(transaction=False)
    counters.add_to(pipe, batches_of(entries))
    pipe.execute()


def rows(counters: UsageCounters, org: str = "acme", days: list[str] = TODAY) -> list[Row]:
    return sorted(counters.read(org, days), key=lambda row: (row.day, row.function, row.model))


def test_adds_up_by_function_and_model(counters: UsageCounters) -> None:
    write(
        counters,
        entry(input_tokens=10, output_tokens=5),
        entry(input_tokens=1, output_tokens=2, status="truncated"),
        entry(model="", function="get_buttons"),
    )
    write(counters, entry(at=NOON + 1, input_tokens=100))
    assert rows(counters) == [
        Row("2026-11-20", "chat", "gpt-6-luna", Count(3, 1, 111, 7)),
        Row("2026-11-20", "get_buttons", "", Count(1, 0, 0, 0)),
    ]


def test_calls_that_a_saved_prompt_answered_count_by_its_version_too(
    counters: UsageCounters,
) -> None:
    write(
        counters,
        entry(prompt="help@2", input_tokens=10, output_tokens=5),
        entry(prompt="help@2", status="truncated", function="parse_via_chat_gpt"),
        entry(prompt="help@10", model="gpt-6-astra"),
        entry(),
        entry("other", prompt="help@2"),
    )
    found = sorted(counters.read_prompts("acme", TODAY), key=lambda row: row.prompt)
    assert found == [
        Row("2026-11-20", "", "gpt-6-astra", Count(1, 0, 0, 0), "help@10"),
        Row("2026-11-20", "", "gpt-6-luna", Count(2, 1, 10, 5), "help@2"),
    ]
    assert sum(row.count.calls for row in rows(counters)) == 4
    assert counters.read_prompts("acme", ["2026-11-21"]) == []


def test_calls_without_a_saved_prompt_write_no_counts_of_prompts(counters: UsageCounters) -> None:
    write(counters, entry())
    assert not counters.redis.exists(org_key("acme", "usage", "prompts", TODAY[0]))


def test_calls_count_by_what_answered_too(counters: UsageCounters) -> None:
    approved = entry(source="approved", model="")
    write(counters, approved, approved, entry(source="model", input_tokens=3), entry())
    found = sorted(counters.read_sources("acme", TODAY), key=lambda row: row.source)
    assert found == [
        Row("2026-11-20", "", "", Count(2, 0, 0, 0), source="approved"),
        Row("2026-11-20", "", "gpt-6-luna", Count(1, 0, 3, 0), source="model"),
    ]
    assert sum(row.count.calls for row in rows(counters)) == 4


def test_a_batch_over_midnight_and_several_organisations(counters: UsageCounters) -> None:
    midnight = calendar.timegm((2026, 11, 21, 0, 0, 0))
    write(
        counters,
        entry(at=midnight - 0.001),
        entry(at=midnight),
        entry("other", at=midnight),
        entry(None),
    )
    days = ["2026-11-20", "2026-11-21"]
    assert [(row.day, row.count.calls) for row in rows(counters, days=days)] == [
        ("2026-11-20", 1),
        ("2026-11-21", 1),
    ]
    assert [row.day for row in rows(counters, "other", days)] == ["2026-11-21"]


def test_model_names_may_hold_anything(counters: UsageCounters) -> None:
    write(counters, entry(model="a|b|calls"), entry(model="गप"), entry(model="x" * 1000))
    assert {row.model for row in rows(counters)} == {"a|b|calls", "गप", "x" * 128}


def test_invented_models_are_added_up_as_other(counters: UsageCounters) -> None:
    for start in range(0, 9000, 500):
        models = [f"m{number}" for number in range(start, start + 500)]
        write(counters, *(entry(at=NOON + start, model=model) for model in models))
    found = rows(counters)
    assert len(found) == 8001
    assert sum(row.count.calls for row in found) == 9000
    assert next(row for row in found if row.model == "other").count.calls == 1000


def test_a_batch_sent_again_counts_once(counters: UsageCounters) -> None:
    batch = [entry(input_tokens=3), entry(at=NOON + 1)]
    write(counters, *batch)
    write(counters, *batch)
    assert rows(counters)[0].count == Count(2, 0, 3, 0)
    write(counters, entry(at=NOON + 2))
    assert rows(counters)[0].count.calls == 3


def test_processes_do_not_take_each_other_for_repeats(
    counters: UsageCounters, any_redis: Client
) -> None:
    write(counters, entry())
    write(UsageCounters(any_redis), entry())
    assert rows(counters)[0].count.calls == 2


def test_kept_four_hundred_days(counters: UsageCounters, any_redis: Client) -> None:
    write(counters, entry())
    assert 399 * 86_400 < any_redis.ttl(org_key("acme", "usage", "2026-11-20")) <= 400 * 86_400
    assert all(any_redis.ttl(key) > 0 for key in scan_organisation(any_redis, "acme"))


def test_the_recorder_counts_once_when_answers_are_lost(fake_redis: redis.Redis) -> None:
    store = FaultyRedis(fake_redis)
    store.loses = 2
    recorder = Recorder(store, [UsageCounters(fake_redis)], stream=io.StringIO())
    recorder._queue.extend([entry(), entry(at=NOON + 1)])
    for _ in range(2):
        with pytest.raises(redis.ConnectionError):
            recorder.flush()
    recorder._queue.append(entry(at=NOON + 2))
    recorder.flush()
    assert rows(UsageCounters(fake_redis))[0].count.calls == 3


def test_a_large_batch_is_two_commands(fake_redis: redis.Redis) -> None:
    pipe = fake_redis.pipeline(transaction=False)
    entries = [entry(at=NOON + number) for number in range(500)]
    UsageCounters(fake_redis).add_to(pipe, batches_of(entries))
    assert len(pipe) == 2  # one for the organisation, one for all
