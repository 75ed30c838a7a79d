"""Each type of key is made again as it was, on another server."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from flowhook.redis.connect import Client
from service.backup.commands import Key
from service.backup.restoring import carry_out
from service.backup.snapshot import NAMED

NAME = "fh:{acme}:x"


def fill(store: redis.Redis, kind: str) -> None:
    entries = [f"entry {n}".encode() for n in range(2500)]
    if kind == "string":
        store.set(NAME, b"\x00\xff\r\n" * 100)
    elif kind == "hash":
        store.hset(NAME, mapping={entry: entry * 100 for entry in entries})
    elif kind == "list":
        store.rpush(NAME, *entries, *entries)
    elif kind == "set":
        store.sadd(NAME, *entries)
    elif kind == "zset":
        store.zadd(NAME, {entry: n / 3 for n, entry in enumerate(entries)})
        store.zadd(NAME, {"low": "-inf", "high": "inf", "large": 1.7976931348623157e308})
    else:
        fill_stream(store, kind)


def fill_stream(store: redis.Redis, kind: str) -> None:
    for n in range(1, 5):
        store.xadd(NAME, {"entry": b"\x00", "other": str(n)}, id=f"{n}-1")
    store.xdel(NAME, "2-1", "4-1")
    if kind == "emptied stream":
        store.xtrim(NAME, 0)
    elif kind == "stream that never had an entry":
        store.delete(NAME)
        store.xgroup_create(NAME, "g", mkstream=True)
        store.xgroup_destroy(NAME, "g")


def shown(store: Any, kind: str) -> Any:
    ids = None
    if "stream" in kind:
        found = store.xinfo_stream(NAME)
        ids = [found[name] for name in ("last-generated-id", "entries-added", "length")]
        ids.append(found["max-deleted-entry-id"])
    (raw,) = NAMED.run(store, [NAME], [])
    value = raw[3]
    if kind in ("hash", "set"):
        value = sorted(value)
    return raw[:3], value, ids


@pytest.mark.parametrize("target", ["real_redis", "cluster_redis"])
@pytest.mark.parametrize(
    "kind",
    [
        "string", "hash", "list", "set", "zset",
        "stream", "emptied stream", "stream that never had an entry",
    ],
)  # fmt: skip
@pytest.mark.parametrize("expires", [False, True])
def test_a_key_is_made_again(
    real_redis: redis.Redis, request: pytest.FixtureRequest, target: str, kind: str, expires: bool
) -> None:
    fill(real_redis, kind)
    if expires:
        real_redis.pexpireat(NAME, 4_000_000_000_123)
    before = shown(real_redis, kind)
    assert before[0][2] == (4_000_000_000_123 if expires else -1)
    (raw,) = NAMED.run(real_redis, [NAME], [])
    real_redis.delete(NAME)
    other: Client = request.getfixturevalue(target)
    commands = list(Key.read(raw).commands())
    assert max(map(len, commands)) < 1100
    carry_out(other, commands)
    assert shown(other, kind) == before


def test_what_is_gone_is_left_out(real_redis: redis.Redis) -> None:
    real_redis.set("fh:{acme}:b", "1")
    found = NAMED.run(real_redis, ["fh:{acme}:a", "fh:{acme}:b", "fh:{acme}:c"], [])
    assert [raw[0] for raw in found] == [b"fh:{acme}:b"]
