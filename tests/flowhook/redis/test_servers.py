"""Each server of a store tells of itself, on every kind."""

from __future__ import annotations

import time

import pytest
import redis

from flowhook.redis.servers import server_clocks, server_infos


@pytest.mark.parametrize(("kind", "number"), [("real_redis", 1), ("cluster_redis", 3)])
def test_each_primary_is_asked(kind: str, number: int, request: pytest.FixtureRequest) -> None:
    store: redis.Redis = request.getfixturevalue(kind)
    infos = server_infos(store, "server", "memory")
    assert len({info["run_id"] for info in infos}) == number
    assert all(info["used_memory"] > 0 for info in infos)
    clocks = server_clocks(store)
    assert len(clocks) == number
    assert max(abs(clock - time.time()) for clock in clocks) < 5
