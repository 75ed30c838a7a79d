"""One Redis client for every kind of Redis: standalone, TLS, socket, Sentinel, Cluster, embedded.

Bytes go in and bytes come out (no decoding): most values are JSON or ciphertext, whose readers
take bytes, and decoding every reply costs time. RESP2 is spoken because a connection then
opens without a handshake; replies have redis-py's usual shapes.

A call waits at most a second for a silent server and is then not repeated, for the server may
have carried it out. A refused or broken connection is tried again a few times within about
half a second, which bridges the restart of the embedded server. `UNAVAILABLE` are the
exceptions of a Redis that cannot be reached.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from redis import (
    DriverInfo,
    Redis,
    RedisCluster,
    SSLConnection,
    UnixDomainSocketConnection,
)
from redis.backoff import EqualJitterBackoff, NoBackoff
from redis.connection import Connection
from redis.exceptions import ClusterDownError, ConnectionError, TimeoutError
from redis.retry import Retry
from redis.sentinel import Sentinel

from flowhook.redis.cluster import connect_cluster
from flowhook.redis.embedded import ensure, prepare_directory
from flowhook.redis.embedded_connection import EmbeddedConnection
from flowhook.redis.pool import Pool, SentinelPool
from flowhook.redis.url import CLUSTER, SENTINEL, UNIX, RedisUrl, check_url, read_url

__all__ = ["UNAVAILABLE", "Client", "check_url", "connect"]

Client = Redis | RedisCluster

UNAVAILABLE = (ConnectionError, TimeoutError, ClusterDownError)

# Greenlets share the pool, and redis-py raises at once when no connection is left.
MAX_CONNECTIONS = 4000
TIMEOUT_SECONDS = 1.0
CONNECT_TIMEOUT_SECONDS = 0.5
RETRIES = 4
RETRY_SECONDS = 1.0
CLUSTER_TIMEOUT_SECONDS = 0.5


def connect(
    url: str | None,
    data_dir: Path,
    max_memory: int | None = None,
    timeout_seconds: float | None = None,
) -> Client:
    """The client for REDIS_URL, or for the embedded server of `data_dir` when it is None.

    `max_memory` bytes bound the embedded server; `timeout_seconds` is how long a command may take,
    unless the usual second is right. Raises ValueError for a malformed URL and
    ConnectionError (the built-in one) when the embedded server does not start; a remote Redis that
    cannot be reached raises with the first command.
    """
    if url is None:
        ensure(data_dir, max_memory=max_memory)
        directory = prepare_directory(data_dir)
        return _pooled(EmbeddedConnection, data_dir=directory, **_patience(timeout_seconds))
    address = read_url(url)
    if address.kind == CLUSTER:
        cluster = {**_cluster_options(address), **_patience(timeout_seconds)}
        return connect_cluster(address, **cluster)
    if address.kind == SENTINEL:
        return _connect_sentinel(address, **_patience(timeout_seconds))
    options = {**_credentials(address), **_patience(timeout_seconds)}
    if address.kind == UNIX:
        return _pooled(UnixDomainSocketConnection, path=address.path, **options)
    host, port = address.nodes[0]
    connection_class = SSLConnection if address.tls else Connection
    options = {**_tcp_options(address), **options}
    return _pooled(connection_class, host=host, port=port, **options)


class _BoundedRetry(Retry):
    """A retry policy bounded in time too: one try with Sentinel may ask several silent servers."""

    def call_with_retry(
        self,
        do: Callable[[], Any],
        fail: Callable[..., Any],
        is_retryable: Callable[[Exception], bool] | None = None,
        with_failure_count: bool = False,
    ) -> Any:
        deadline = time.monotonic() + RETRY_SECONDS

        def in_time(error: Exception) -> bool:
            return time.monotonic() < deadline and (is_retryable is None or is_retryable(error))

        return super().call_with_retry(do, fail, in_time, with_failure_count)


def _pooled(
    connection_class: type[Connection | UnixDomainSocketConnection], **options: Any
) -> Redis:
    pool = Pool(connection_class=connection_class, **{**_options(), **options})
    return Redis.from_pool(pool)


def _patience(timeout_seconds: float | None) -> dict[str, Any]:
    return {} if timeout_seconds is None else {"socket_timeout": timeout_seconds}


def _options() -> dict[str, Any]:
    return {
        "max_connections": MAX_CONNECTIONS,
        "socket_timeout": TIMEOUT_SECONDS,
        "socket_connect_timeout": CONNECT_TIMEOUT_SECONDS,
        "retry": _BoundedRetry(
            EqualJitterBackoff(cap=0.25, base=0.04), RETRIES, (ConnectionError,)
        ),
        "protocol": 2,
        "driver_info": None,
    }


def _credentials(address: RedisUrl) -> dict[str, Any]:
    others = {k: v for k, v in address.options.items() if not k.startswith("sentinel_")}
    return {
        "db": address.db,
        "username": address.username,
        "password": address.password,
        **others,
    }


def _tcp_options(address: RedisUrl) -> dict[str, Any]:
    """Keep-alive probes, so that a firewall neither forgets an idle connection nor hides it.

    TLS 1.3 session tickets arrive on a new connection unasked, which redis-py takes for a
    stray reply; CLIENT SETINFO on connecting (`driver_info`) reads past them.
    """
    probes = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
    return {
        "driver_info": DriverInfo() if address.tls else None,
        "socket_keepalive": True,
        "socket_keepalive_options": {
            getattr(socket, name): value for name, value in probes.items() if hasattr(socket, name)
        },
    }


def _connect_sentinel(address: RedisUrl, **patience: Any) -> Redis:
    tls = {k: v for k, v in address.options.items() if k.startswith("ssl_")}
    sentinel_options: dict[str, Any] = {
        "username": address.options.get("sentinel_username"),
        "password": address.options.get("sentinel_password"),
        "socket_timeout": CONNECT_TIMEOUT_SECONDS,
        "socket_connect_timeout": CONNECT_TIMEOUT_SECONDS,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
        "ssl": address.tls,
        **tls,
    }
    sentinel = Sentinel(address.nodes, sentinel_kwargs=sentinel_options)
    pool = SentinelPool(
        address.service,
        sentinel,
        ssl=address.tls,
        **{**_options(), **_tcp_options(address), **_credentials(address), **patience},
    )
    return Redis.from_pool(pool)


def _cluster_options(address: RedisUrl) -> dict[str, Any]:
    options = {**_options(), **_tcp_options(address), **_credentials(address)}
    del options["retry"], options["db"]
    return {**options, "socket_timeout": CLUSTER_TIMEOUT_SECONDS, "ssl": address.tls}
