"""The recorder: behind the calls' backs, in batches, bounded, patient with Redis."""

from __future__ import annotations

import gc
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import redis

from flowhook.records.batch import Batch
from flowhook.records.log_entry import LogEntry
from flowhook.records.recorder import Recorder
from tests.fakes.faulty_redis import FaultyRedis
from tests.garbage import large_bytes
from tests.waiting import wait_for


class Sink:
    """Notes batches; writes each entry's function to a list in Redis."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.poison = ""

    def add_to(self, pipe: Any, batches: Sequence[Batch]) -> None:
        [batch] = batches
        self.batches.append(len(batch.entries))
        for entry in batch.entries:
            if entry.function == self.poison:
                raise ValueError("a sink's bug")
            pipe.rpush("written", entry.function)


def entry(name: str) -> LogEntry:
    return LogEntry("acme", name, "id", "ok", 200, 1.0, 1_700_000_000.5, request={"a": "words"})


@pytest.fixture
def store(fake_redis: redis.Redis) -> FaultyRedis:
    return FaultyRedis(fake_redis)


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def dropped() -> list[int]:
    return []


@pytest.fixture
def recorder(
    store: FaultyRedis,
    sink: Sink,
    stream: io.StringIO,
    dropped: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Recorder]:
    monkeypatch.setattr("flowhook.records.recorder.RETRY_SECONDS", 0.02)
    recorder = Recorder(store, [sink], stream, dropped.append)
    yield recorder
    store.away = False
    recorder.close()


def written(store: FaultyRedis) -> list[str]:
    found: Any = store.store.lrange("written", 0, -1)
    return [raw.decode() for raw in found]


def printed(stream: io.StringIO) -> list[str]:
    return [json.loads(line)["function"] for line in stream.getvalue().splitlines()]


def test_every_entry_is_printed_and_written_once_in_order(
    recorder: Recorder, store: FaultyRedis, stream: io.StringIO
) -> None:
    names = [f"f{number}" for number in range(1200)]
    for name in names:
        recorder.record(entry(name))
    wait_for(lambda: written(store) == names, "all to be written")
    assert printed(stream) == names


def test_many_at_once_share_a_batch(recorder: Recorder, store: FaultyRedis, sink: Sink) -> None:
    for number in range(200):
        recorder.record(entry(str(number)))
    wait_for(lambda: len(written(store)) == 200, "all to be written")
    assert len(sink.batches) < 20


def test_while_redis_is_away_entries_wait(
    recorder: Recorder, store: FaultyRedis, stream: io.StringIO
) -> None:
    store.away = True
    recorder.record(entry("a"))
    wait_for(lambda: printed(stream) == ["a"], "the first to be printed")
    recorder.record(entry("b"))
    assert written(store) == []
    store.away = False
    wait_for(lambda: written(store) == ["a", "b"], "both to be written")
    assert printed(stream) == ["a", "b"]


@pytest.mark.parametrize("what", ["entries", "bytes"])
def test_the_queue_is_bounded_and_what_does_not_fit_is_counted_and_printed(
    recorder: Recorder,
    what: str,
    store: FaultyRedis,
    stream: io.StringIO,
    dropped: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    size = len(entry("any").body())
    bounds = {"QUEUE_ENTRIES": 3} if what == "entries" else {"QUEUE_BYTES": 3 * size + size // 2}
    for name, bound in bounds.items():
        monkeypatch.setattr(f"flowhook.records.recorder.{name}", bound)
    store.away = True
    recorder.record(entry("first"))
    wait_for(lambda: printed(stream) == ["first"], "the first batch to be tried")
    for number in range(10):
        recorder.record(entry(str(number)))
    assert sum(dropped) == 7
    store.away = False
    wait_for(lambda: written(store) == ["first", "7", "8", "9"], "the newest to be written")
    assert sorted(printed(stream)) == sorted(["first", *map(str, range(10))])


def test_large_requests_that_wait_take_few_bytes(recorder: Recorder, store: FaultyRedis) -> None:
    store.away = True
    gc.collect()
    before = large_bytes()
    for number in range(100):
        large = entry(str(number))
        large.request = {"contact": "x" * 900_000, "number": number}
        recorder.record(large)
    del large
    assert large_bytes() - before == 0


def test_a_batch_is_bounded_in_bytes(
    recorder: Recorder, store: FaultyRedis, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowhook.records.recorder.BATCH_BYTES", 3 * len(entry("any").body()))
    store.away = True
    for number in range(12):
        recorder.record(entry(str(number)))
    store.away = False
    recorder.flush()
    assert max(sink.batches) == 3
    assert sum(sink.batches) >= 12


def test_a_batch_that_a_sink_cannot_take_does_not_end_the_recording(
    recorder: Recorder, store: FaultyRedis, sink: Sink, dropped: list[int]
) -> None:
    sink.poison = "poison"
    recorder.record(entry("poison"))
    wait_for(lambda: dropped == [1], "the batch to be given up")
    recorder.record(entry("next"))
    wait_for(lambda: written(store) == ["next"], "the next to be written")


def test_one_bad_entry_does_not_cost_the_others_of_its_batch(
    recorder: Recorder, store: FaultyRedis, sink: Sink, dropped: list[int]
) -> None:
    sink.poison = "poison"
    store.away = True
    for name in ("a", "b", "poison", "c"):
        recorder.record(entry(name))
    store.away = False
    wait_for(lambda: written(store) == ["a", "b", "c"], "the good ones to be written")
    assert dropped == [1]


def test_close_writes_the_rest(recorder: Recorder, store: FaultyRedis, stream: io.StringIO) -> None:
    for name in ("a", "b"):
        recorder.record(entry(name))
    recorder.close()
    assert written(store) == printed(stream) == ["a", "b"]


def test_close_prints_what_redis_does_not_take(
    recorder: Recorder, store: FaultyRedis, stream: io.StringIO, dropped: list[int]
) -> None:
    store.away = True
    for name in ("a", "b"):
        recorder.record(entry(name))
    recorder.close()
    assert sorted(printed(stream)) == ["a", "b"]
    assert sum(dropped) == 2


def test_a_printed_line_names_the_outcome_and_no_ones_words(
    recorder: Recorder, stream: io.StringIO
) -> None:
    recorder.record(entry("f"))
    recorder.close()
    assert json.loads(stream.getvalue()) == {
        "time": "2023-11-14T22:13:20.500Z",
        "level": "INFO",
        "event": "webhook_call",
        "request_id": "id",
        "organization_id": "acme",
        "function": "f",
        "status": "ok",
        "http_status": 200,
        "milliseconds": 1.0,
    }
