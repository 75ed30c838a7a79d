"""What the servers of a store say of themselves: one, or each primary of a cluster."""

from __future__ import annotations

from typing import Any

from redis import Redis, RedisCluster


def server_infos(redis: Any, *sections: str) -> list[dict[str, Any]]:
    """INFO of each server. Raises RedisError, ResponseError where it does not tell."""
    if isinstance(redis, Redis):
        return [redis.info(*sections)]
    found = redis.info(*sections, target_nodes=RedisCluster.PRIMARIES)
    is_one = not all(isinstance(one, dict) for one in found.values())
    return [found] if is_one else [*found.values()]  # one primary answers without its name


def server_clocks(redis: Any) -> list[float]:
    """The time of each server, in epoch seconds."""
    if isinstance(redis, Redis):
        found = [redis.time()]
    else:
        told = redis.time(target_nodes=RedisCluster.PRIMARIES)
        found = list(told.values()) if isinstance(told, dict) else [told]
    return [seconds + microseconds / 1_000_000 for seconds, microseconds in found]
