"""A Redis Cluster client that connects with its first command, and fails fast.

redis-py's RedisCluster connects when it is constructed, reports an unreachable cluster with
an exception that is no RedisError, and lets every caller search all nodes again, one after
another. Here the client is made by the first command, an unreachable cluster is a
ConnectionError, and one failed search answers for all callers of the next half second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, cast

from redis import RedisCluster
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode
from redis.exceptions import ConnectionError, RedisClusterException, TimeoutError
from redis.retry import Retry

from flowhook.redis.url import RedisUrl

RETRIES = 2
REMEMBER_FAILURE_SECONDS = 0.5


def connect_cluster(address: RedisUrl, **options: Any) -> RedisCluster:
    """A lazy RedisCluster; `options` are those of its connections."""

    def build() -> RedisCluster:
        return RedisCluster(
            startup_nodes=[ClusterNode(host, port) for host, port in address.nodes],
            retry=Retry(NoBackoff(), RETRIES),
            **options,
        )

    return cast(RedisCluster, _LazyCluster(build))


class _Search:
    """Finds the cluster's nodes, one caller at a time; a failure is repeated for half a second."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._failed_at = -REMEMBER_FAILURE_SECONDS
        self._failure = ""

    def run(self, search: Callable[[], Any]) -> Any:
        with self._lock:
            if time.monotonic() < self._failed_at + REMEMBER_FAILURE_SECONDS:
                raise ConnectionError(self._failure)
            try:
                return search()
            except (RedisClusterException, ConnectionError, TimeoutError) as error:
                self._failure = f"the Redis Cluster cannot be reached: {error}"
                self._failed_at = time.monotonic()
                raise ConnectionError(self._failure) from error


class _LazyCluster:
    """Makes the RedisCluster when an attribute is first read."""

    def __init__(self, build: Callable[[], RedisCluster]) -> None:
        self._build = build
        self._search = _Search()
        self._client: RedisCluster | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client or self._search.run(self._connected), name)

    def __enter__(self) -> RedisCluster:
        return cast(RedisCluster, self)

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        if self._client:
            self._client.close()

    def _connected(self) -> RedisCluster:
        if self._client is None:
            client = self._build()
            nodes = client.nodes_manager
            search = nodes.initialize
            # An instance attribute: RedisCluster constructs its NodesManager by itself.
            vars(nodes)["initialize"] = lambda *args, **kwargs: self._search.run(
                lambda: search(*args, **kwargs)
            )
            self._client = client
        return self._client
