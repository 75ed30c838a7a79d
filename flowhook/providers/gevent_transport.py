"""The lean transport of the hot call: geventhttpclient's pool and C parser under gevent.

Sends one request over a pooled keep-alive connection and reads one bounded reply under one
time-out that covers everything, connecting included. Measured in docs/performance.md.
"""

from __future__ import annotations

import select
import socket
import ssl
from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlsplit

import gevent
import gevent.ssl
from gevent import monkey
from geventhttpclient.connectionpool import ConnectionPool, SSLConnectionPool
from geventhttpclient.response import HTTPParseError, HTTPSocketPoolResponse

from flowhook.providers.guarded_transport import AddressesOf, trust
from flowhook.providers.transport import (
    CHUNK_BYTES,
    CONNECT_SECONDS,
    MAX_REPLY_BYTES,
    ConnectionBroken,
    HttpReply,
    ReplyTooLarge,
    TimedOut,
    TransportError,
    Unreachable,
    decoded,
)
from flowhook.providers.websocket import Conversing
from flowhook.turns import one_by_one

_poll = monkey.get_original("select", "poll")

MAX_ORIGINS = 256
BLOCK_BYTES = 16_384


class _PoolMixin:
    """Additions to the library's connection pools.

    poll() finds usable idle connections, since select() fails above fd 1023; and if
    `addresses_of` is given, only the addresses it returns are connected to.
    """

    addresses_of: AddressesOf | None = None
    _connection_host: str
    _connection_port: int

    def _resolve(self) -> Any:
        if self.addresses_of is None:
            return super()._resolve()  # type: ignore[misc]
        found = self.addresses_of(self._connection_host, self._connection_port, CONNECT_SECONDS)
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                socket.IPPROTO_TCP,
                "",
                (address, self._connection_port),
            )
            for address in found
        ]

    def _is_socket_alive(self, sock: Any) -> bool:
        try:
            poller = _poll()
            poller.register(sock.fileno(), select.POLLIN)
        except (OSError, ValueError):
            return False
        return not poller.poll(0)  # readable while idle: closed, or dirty

    def after_connect(self, sock: Any) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class _Pool(_PoolMixin, ConnectionPool):
    pass


class _SSLPool(_PoolMixin, SSLConnectionPool):
    pass


class GeventTransport(Conversing):
    """A pool of connections for each origin, shared by all greenlets of the process."""

    def __init__(self, pool_size: int = 10_000, addresses_of: AddressesOf | None = None) -> None:
        """Create the pools; `addresses_of` guards every connection, None allows any address."""
        self.pool_size = pool_size
        self.addresses_of = addresses_of
        self._pools: OrderedDict[str, _Pool | _SSLPool] = OrderedDict()

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout_seconds: float,
    ) -> HttpReply:
        origin, host, path = _split(url)
        content = body or b""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(content)}"]
        lines.append("Accept-Encoding: identity")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        # No variable holds the time-out: with the frame that it ends it would be a cycle.
        with gevent.Timeout(timeout_seconds, False):
            with one_by_one(len(content)):
                request = head + content
            return self._exchange(origin, method, request)
        raise TimedOut("no answer within the time-out")

    def _exchange(self, origin: str, method: str, request: bytes) -> HttpReply:
        pool = self._pool(origin)
        sock = _connect(pool)
        try:
            sent = sock.send(request)  # nearly always all; sendall asks the kernel for sizes first
            if sent < len(request):
                sock.sendall(memoryview(request)[sent:])
        except BaseException as error:
            pool.release_socket(sock)
            raise _broken(error) from None
        try:  # the response gives its socket back by itself, also where it fails
            response = HTTPSocketPoolResponse(sock, pool, block_size=BLOCK_BYTES, method=method)
            return _read(response)
        except (HTTPParseError, OSError) as error:
            raise _broken(error) from None

    def _pool(self, origin: str) -> _Pool | _SSLPool:
        pool = self._pools.get(origin)
        if pool is None:
            pool = self._pools[origin] = _make_pool(origin, self.pool_size)
            pool.addresses_of = self.addresses_of
            while len(self._pools) > MAX_ORIGINS:
                self._pools.popitem(last=False)[1].close()
        return pool


def _connect(pool: ConnectionPool) -> Any:
    try:
        return pool.get_socket()
    except ssl.SSLError:
        raise Unreachable("the TLS certificate is not trusted") from None
    except TimeoutError:
        raise TimedOut("no connection within the time-out") from None
    except (OSError, RuntimeError):
        raise Unreachable("the connection was refused or the host is unknown") from None


def _read(response: HTTPSocketPoolResponse) -> HttpReply:
    received = bytearray()
    while piece := response.read(CHUNK_BYTES):
        received += piece
        if len(received) > MAX_REPLY_BYTES:
            response.release()
            raise ReplyTooLarge("the answer is larger than 32 MiB")
    if not response.message_complete:
        raise ConnectionBroken("the connection ended before the whole answer was there")
    headers = {name.lower(): value for name, value in response.items()}
    encoding = headers.get("content-encoding")
    return HttpReply(response.status_code, headers, decoded(bytes(received), encoding))


def _broken(error: BaseException) -> BaseException:
    """Convert a network error of an exchange; any other exception is returned unchanged."""
    if isinstance(error, TransportError):
        return error
    if isinstance(error, TimeoutError):
        return TimedOut("no answer within the time-out")
    if isinstance(error, HTTPParseError | OSError):
        return ConnectionBroken("the connection ended before the whole answer was there")
    return error


@lru_cache(maxsize=1024)
def _split(url: str) -> tuple[str, str, str]:
    """Split a checked URL into (origin, Host header, request target)."""
    parts = urlsplit(url)
    path = parts.path or "/"
    target = f"{path}?{parts.query}" if parts.query else path
    return f"{parts.scheme}://{parts.netloc}", parts.netloc, target


def _make_pool(origin: str, size: int) -> _Pool | _SSLPool:
    parts = urlsplit(origin)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    make = partial(_SSLPool, ssl_context_factory=_tls_context) if secure else _Pool
    return make(
        host,
        port,
        host,
        port,
        size=size,
        connection_timeout=CONNECT_SECONDS,
        network_timeout=None,  # type: ignore[arg-type]  # one time-out covers the exchange
    )


def _tls_context(cafile: str) -> ssl.SSLContext:
    return trust(gevent.ssl.create_default_context(), cafile)
