"""A lean transport for threads: urllib3's pools without the overhead of requests.

requests reads the environment for proxies and credentials with each request, which costs as much
as the exchange itself; this transport reads neither. With a proxy, requests is used instead.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from functools import cached_property, lru_cache
from ssl import SSLContext
from urllib.parse import urlsplit

from urllib3 import HTTPConnectionPool, HTTPHeaderDict, HTTPSConnectionPool, Timeout
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from flowhook.frames import drop_frames
from flowhook.providers.guarded_transport import trusted_context
from flowhook.providers.transport import (
    CONNECT_SECONDS,
    ConnectionBroken,
    HttpReply,
    TimedOut,
    TransportError,
    Unreachable,
    read_body,
)
from flowhook.providers.websocket import Conversing

MAX_ORIGINS = 256


class PooledTransport(Conversing):
    """Keep-alive connections for each origin, shared by all threads of the process."""

    def __init__(self, pool_size: int = 1000) -> None:
        self.pool_size = pool_size
        self._pools: OrderedDict[str, HTTPConnectionPool] = OrderedDict()
        self._lock = threading.Lock()

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout_seconds: float,
    ) -> HttpReply:
        deadline = time.monotonic() + timeout_seconds
        origin, target = _split(url)
        try:
            response = self._pool(origin).urlopen(
                method,
                target,
                body=body,
                headers=headers,
                timeout=Timeout(
                    connect=min(CONNECT_SECONDS, timeout_seconds), read=timeout_seconds
                ),
                retries=False,
                redirect=False,
                assert_same_host=False,
                preload_content=False,
            )
            try:
                received = read_body(response, deadline)
            except BaseException:
                response.close()
                raise
            response.release_conn()
            return HttpReply(response.status, _lower(response.headers), received)
        except (HTTPError, OSError) as error:
            drop_frames(error)
            raise _failure(error) from None

    def _pool(self, origin: str) -> HTTPConnectionPool:
        pool = self._pools.get(origin)
        if pool is None:
            with self._lock:
                pool = self._pools.setdefault(origin, self._open(origin))
                while len(self._pools) > MAX_ORIGINS:
                    self._pools.popitem(last=False)[1].close()
        return pool

    def _open(self, origin: str) -> HTTPConnectionPool:
        parts = urlsplit(origin)
        host = parts.hostname or ""
        if parts.scheme == "https":
            context = self._context
            return HTTPSConnectionPool(
                host, parts.port, maxsize=self.pool_size, ssl_context=context
            )
        return HTTPConnectionPool(host, parts.port, maxsize=self.pool_size)

    @cached_property
    def _context(self) -> SSLContext:
        return trusted_context()


@lru_cache(maxsize=1024)
def _split(url: str) -> tuple[str, str]:
    """Split a checked URL into (origin, request target)."""
    parts = urlsplit(url)
    path = parts.path or "/"
    target = f"{path}?{parts.query}" if parts.query else path
    return f"{parts.scheme}://{parts.netloc}", target


def _lower(headers: HTTPHeaderDict) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _failure(error: HTTPError | OSError) -> TransportError:
    if isinstance(error, ConnectTimeoutError) and not isinstance(error, NewConnectionError):
        return TimedOut("no connection within the time-out")
    if isinstance(error, ReadTimeoutError):
        return TimedOut("no answer within the time-out")
    if isinstance(error, SSLError):
        return Unreachable("the TLS certificate is not trusted")
    if isinstance(error, NewConnectionError):
        return Unreachable("the connection was refused or the host is unknown")
    return ConnectionBroken("the connection ended before the whole answer was there")
