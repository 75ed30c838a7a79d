"""Answers for repeats: each written once, the last of a key, however long Redis is away."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from flowhook.jobs.answer_writer import AnswerWriter
from tests.fakes.faulty_redis import FaultyRedis
from tests.waiting import wait_for


@pytest.fixture
def store(fake_redis: redis.Redis) -> FaultyRedis:
    return FaultyRedis(fake_redis)


@pytest.fixture
def writer(store: FaultyRedis, monkeypatch: pytest.MonkeyPatch) -> AnswerWriter:
    monkeypatch.setattr("flowhook.jobs.answer_writer.RETRY_SECONDS", 0.01)
    return AnswerWriter(store)


def test_an_answer_is_written_with_its_time(writer: AnswerWriter, fake_redis: redis.Redis) -> None:
    writer.write("key", b"answer", 60_000)
    wait_for(lambda: fake_redis.get("key") == b"answer", "the answer")
    assert 0 < fake_redis.pttl("key") <= 60_000
    writer.close()


def test_while_redis_is_away_answers_wait_and_the_last_of_a_key_stands(
    writer: AnswerWriter, store: FaultyRedis, fake_redis: redis.Redis
) -> None:
    store.away = True
    for number in range(3):
        writer.write("key", b"%d" % number, 60_000)
    writer.write("other", b"answer", 60_000)
    with pytest.raises(redis.ConnectionError):
        writer.flush()
    store.away = False
    wait_for(lambda: fake_redis.get("other") == b"answer", "all to be written")
    assert fake_redis.get("key") == b"2"
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
        writer.write(f"key{number}", b"answer", 60_000)
    store.away = False
    writer.flush()
    keys: Any = fake_redis.keys()
    assert sorted(keys) == [b"key7", b"key8", b"key9"]
    writer.close()


def test_close_writes_the_rest_and_bears_a_redis_that_is_away(
    writer: AnswerWriter, store: FaultyRedis, fake_redis: redis.Redis
) -> None:
    store.away = True
    writer.write("key", b"answer", 60_000)
    writer.close()
    assert not fake_redis.exists("key")
    store.away = False
    writer.close()
    assert fake_redis.get("key") == b"answer"
