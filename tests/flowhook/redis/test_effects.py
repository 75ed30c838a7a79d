"""Commands that run atomically with a script."""

from __future__ import annotations

import pytest

from flowhook.redis import effects
from flowhook.redis.connect import Client
from flowhook.redis.effects import counting, write

KEY = "fh:{acme}:numbers"


def test_numbers_are_added_to_in_two_commands(real_redis: Client) -> None:
    write(real_redis, *counting(KEY, {"a": 1, "b": 2}))
    before = calls(real_redis)
    write(real_redis, *counting(KEY, {"a": 1, "b": -3, "c": 2**40}))
    after = calls(real_redis)
    assert {name: after[name] - before.get(name, 0) for name in ("hmget", "hset")} == {
        "hmget": 1,
        "hset": 1,
    }
    assert after.get("hincrby") == before.get("hincrby")
    assert real_redis.hgetall(KEY) == {b"a": b"2", b"b": b"-1", b"c": b"1099511627776"}


def calls(redis: Client) -> dict[str, int]:
    found = redis.info("commandstats").items()
    return {name.removeprefix("cmdstat_"): one["calls"] for name, one in found}


def test_many_numbers_are_added_to_in_parts(
    any_redis: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effects, "COUNTED_AT_ONCE", 300)
    changes = {f"n{number}": number for number in range(1, 1001)}
    assert len(counting(KEY, changes)) == 4
    for _ in range(2):
        write(any_redis, *counting(KEY, changes))
    assert any_redis.hgetall(KEY) == {
        name.encode(): b"%d" % (2 * number) for name, number in changes.items()
    }


def test_a_hash_lives_from_when_it_was_made(any_redis: Client) -> None:
    write(any_redis, *counting(KEY, {"a": 1}, 100))
    assert 0 < any_redis.ttl(KEY) <= 100
    any_redis.expire(KEY, 50)
    write(any_redis, *counting(KEY, {"a": 1}, 100), *counting(KEY, {"b": 1}, 100))
    assert any_redis.ttl(KEY) <= 50
    write(any_redis, *counting(f"{KEY}:kept", {"a": 1}))
    assert any_redis.ttl(f"{KEY}:kept") == -1


def test_commands_beside_numbers_are_carried_out_in_order(any_redis: Client) -> None:
    replies = write(
        any_redis,
        ("RPUSH", f"{KEY}:list", "x", "y"),
        *counting(KEY, {"a": 5}),
        ("HINCRBY", KEY, "a", 1),
        ("LLEN", f"{KEY}:list"),
    )
    assert replies == [2, 1, 6, 2]
