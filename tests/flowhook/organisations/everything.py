"""Everything a Redis holds, as bytes to search: every key's name and its whole value."""

from __future__ import annotations

from typing import Any


def everything_in(client: Any) -> bytes:
    """Names and values of all keys, of every type; an unknown type fails the test."""
    found: list[bytes] = []
    for key in client.scan_iter(count=1000):
        found += [key, *values_of(client, key)]
    return b"\n".join(found)


def values_of(client: Any, key: bytes) -> list[bytes]:
    kind = client.type(key)
    if kind == b"string":
        return [client.get(key) or b""]
    if kind == b"hash":
        return [part for pair in client.hgetall(key).items() for part in pair]
    if kind == b"list":
        return list(client.lrange(key, 0, -1))
    if kind == b"set":
        return list(client.smembers(key))
    if kind == b"zset":
        return list(client.zrange(key, 0, -1))
    if kind == b"stream":
        entries = client.xrange(key)
        return [part for _, fields in entries for pair in fields.items() for part in pair]
    if kind == b"none":  # expired meanwhile
        return []
    raise AssertionError(f"a key of type {kind!r} is not searched")


def keys_of(client: Any, org: str) -> list[str]:
    return sorted(key.decode() for key in client.scan_iter(match=f"fh:{{{org}}}:*"))
