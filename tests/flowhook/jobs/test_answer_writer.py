"""Answers for repeats: each written once, the last of a key, however long Redis is away."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from flowhook.jobs.answer_writer import Answer, AnswerWriter
from tests.fakes.faulty_redis import FaultyRedis
from tests.waiting import wait_for


@pytest.fixture
def store(fake_redis: redis.Redis) -> FaultyRedis:
    return FaultyRedis(fake_redis)


@pytest.fixture
def writer(store: FaultyRedis, monkeypatch: pytest.MonkeyPatch) -> AnswerWriter:
    monkeypatch.setattr("flowhook.jobs.answer_writer.RETRY_SECONDS", 0.01)
    return AnswerWriter(store)


def answer(digest: str, value: bytes = b"answer") -> Answer:
    keys = [f"{{x}}:{name}" for name in (digest, "kept", "bytes", "marks")]
    return Answer(keys, value, [60_000, digest, b"M", 1000, 100_000, 10, 61])


def test_an_answer_is_written_with_its_time(writer: AnswerWriter, fake_redis: redis.Redis) -> None:
    writer.write(answer("key"))
    wait_for(lambda: fake_redis.get("{x}:key") == b"answer", "the answer")
    assert 0 < fake_redis.pttl("{x}:key") <= 60_000
    writer.close()


def test_while_redis_is_away_answers_wait_and_the_last_of_a_key_stands(
    writer: AnswerWriter, store: FaultyRedis, fake_redis: redis.Redis
) -> None:
    store.away = True
    for number in range(3):
        writer.write(answer("key", b"%d" % number))
    writer.write(answer("other"))
    with pytest.raises(redis.ConnectionError):
        writer.flush()
    store.away = False
    wait_for(lambda: fake_redis.get("{x}:other") == b"answer", "all to be written")
    assert fake_redis.get("{x}:key") == b"2"
    writer.close()


def test_what_waits_is_bounded_and_the_oldest_go(
    writer: AnswerWriter,
    store: FaultyRedis,
    fake_redis: redis.Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("flowhook.jobs.answer_writer.MAX_WAITING", 3)
    store.away = True
    for number in range(10):
        writer.write(answer(f"key{number}"))
    store.away = False
    writer.flush()
    keys: Any = fake_redis.keys("{x}:key*")
    assert sorted(keys) == [b"{x}:key7", b"{x}:key8", b"{x}:key9"]
    writer.close()


def test_what_waits_is_bounded_by_bytes(
    writer: AnswerWriter, store: FaultyRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowhook.jobs.answer_writer.MAX_WAITING_BYTES", 2500)
    store.away = True
    for number in (1, 2, 2, 3, 3):
        writer.write(answer(f"key{number}", b"x" * 1000))
    assert list(writer._waiting) == ["{x}:key2", "{x}:key3"]
    store.away = False
    writer.flush()
    assert (writer._bytes, len(writer._waiting)) == (0, 0)
    writer.close()


def test_close_writes_the_rest_and_bears_a_redis_that_is_away(
    writer: AnswerWriter, store: FaultyRedis, fake_redis: redis.Redis
) -> None:
    store.away = True
    writer.write(answer("key"))
    writer.close()
    assert not fake_redis.exists("{x}:key")
    store.away = False
    writer.close()
    assert fake_redis.get("{x}:key") == b"answer"
