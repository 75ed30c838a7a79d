"""The kinds of Redis that store tests run on: fakeredis, the embedded server, a 3-node cluster.

A store test takes `any_redis` and runs on all three. A server that does not start skips the
test on a laptop and fails it where CI is set.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import fakeredis
import pytest
import redis

from flowhook.redis import embedded
from flowhook.redis.connect import Client, connect
from tests.fakes.valkey import Valkey, running_cluster
from tests.missing import missing


@pytest.fixture
def fake_redis() -> redis.Redis:
    """In memory, with Lua; a new one for each test."""
    server = fakeredis.FakeServer()  # the one FakeRedis makes stays in memory for ever
    return cast(redis.Redis, fakeredis.FakeRedis(server=server, protocol=2))


@pytest.fixture(scope="session")
def embedded_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data directory of an embedded server that runs for the whole session."""
    data_dir = tmp_path_factory.mktemp("embedded")
    try:
        embedded.ensure(data_dir)
    except OSError as error:
        missing(f"the embedded server did not start: {error}")
    yield data_dir
    embedded.release(data_dir)


@pytest.fixture
def real_redis(embedded_data_dir: Path) -> Iterator[redis.Redis]:
    """The embedded server, emptied."""
    with connect(None, embedded_data_dir) as client:
        client.flushall()
        yield cast(redis.Redis, client)


@pytest.fixture(scope="session")
def redis_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Valkey]]:
    """Three primaries that run for the whole session."""
    with ExitStack() as stack:
        try:
            nodes = stack.enter_context(running_cluster(tmp_path_factory.mktemp("cluster")))
        except (OSError, redis.RedisError, AssertionError) as error:
            missing(f"the cluster did not start: {error}")
        yield nodes


@pytest.fixture
def cluster_redis(redis_cluster: list[Valkey]) -> Iterator[redis.RedisCluster]:
    """A client of the cluster, emptied."""
    hosts = ",".join(node.address for node in redis_cluster)
    with connect(f"redis+cluster://{hosts}", Path("unused")) as client:
        client.flushall(target_nodes=redis.RedisCluster.PRIMARIES)
        yield cast(redis.RedisCluster, client)


@pytest.fixture(params=["fake_redis", "real_redis", "cluster_redis"])
def any_redis(request: pytest.FixtureRequest) -> Client:
    """The same test on all three kinds."""
    return cast(Client, request.getfixturevalue(request.param))
