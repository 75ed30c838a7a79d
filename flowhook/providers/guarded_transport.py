"""A transport for `requests` that connects only to guarded addresses, within a deadline.

urllib3 would look a name up by itself, after any check of ours. Here the connection asks
`addresses_of` and connects to exactly what it answers, so there is no second look-up to
poison; the Host header, SNI and certificate check still use the name. A `Deadline` ends the
whole exchange: when it passes, open sockets are shut down, which wakes a reader that a
dripping server keeps just busy enough never to time out.
"""

from __future__ import annotations

import functools
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import certifi
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.poolmanager import PoolManager
from urllib3.util.ssl_ import create_urllib3_context

AddressesOf = Callable[[str, int, float], list[str]]
"""(host, port, seconds left) to the addresses, in text, that may be connected to."""


class Deadline:
    """The deadline of one exchange, `seconds` from now, and the sockets to shut down at it."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._handles: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._shut_down)
        self._timer.daemon = True
        self._timer.start()

    @property
    def remaining_seconds(self) -> float:
        return self._end - time.monotonic()

    @property
    def passed(self) -> bool:
        return self.remaining_seconds <= 0

    def watch(self, sock: socket.socket) -> None:
        """Shut `sock` down at the deadline. The duplicate stays valid when TLS wraps the socket."""
        with self._lock:
            self._handles.append(sock.dup())
        if self.passed:
            self._shut_down()

    def close(self) -> None:
        self._timer.cancel()
        for handle in self._take():
            handle.close()

    def _take(self) -> list[socket.socket]:
        with self._lock:
            handles, self._handles = self._handles, []
        return handles

    def _shut_down(self) -> None:
        for handle in self._take():
            try:
                handle.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
            finally:
                handle.close()


def open_socket(addresses: Sequence[str], port: int, deadline: Deadline) -> socket.socket:
    """Connect to the first of these addresses that takes it; `deadline` watches the socket.

    Raises TimeoutError, also if there is no address, or another OSError.
    """
    failure: OSError = TimeoutError()
    for place, address in enumerate(addresses):
        share = deadline.remaining_seconds / (len(addresses) - place)
        if share <= 0:
            break
        try:
            return _connect(address, port, share, deadline)
        except OSError as error:
            failure = error
    raise failure


def _connect(address: str, port: int, seconds: float, deadline: Deadline) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.connect((address, port))
        sock.settimeout(max(deadline.remaining_seconds, 0.001))
        deadline.watch(sock)
    except BaseException:
        sock.close()
        raise
    return sock


class _Opener:
    """Opens the sockets of one exchange."""

    def __init__(self, addresses_of: AddressesOf, deadline: Deadline) -> None:
        self.addresses_of = addresses_of
        self.deadline = deadline

    def open(self, connection: HTTPConnection) -> socket.socket:
        left = max(self.deadline.remaining_seconds, 0.001)
        addresses = self.addresses_of(connection.host, connection.port, left)
        try:
            return open_socket(addresses, connection.port, self.deadline)
        except TimeoutError as failure:
            raise ConnectTimeoutError(connection, "the connection timed out") from failure
        except OSError as failure:
            raise NewConnectionError(connection, "the connection failed") from failure


class _Connection(HTTPConnection):
    def __init__(self, *args: Any, opener: _Opener, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._opener = opener

    def _new_conn(self) -> socket.socket:
        return self._opener.open(self)


class _TLSConnection(HTTPSConnection):
    def __init__(self, *args: Any, opener: _Opener, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._opener = opener

    def _new_conn(self) -> socket.socket:
        return self._opener.open(self)


class _Pool(HTTPConnectionPool):
    def __init__(self, *args: Any, opener: _Opener, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ConnectionCls = functools.partial(_Connection, opener=opener)  # type: ignore[assignment]


class _TLSPool(HTTPSConnectionPool):
    def __init__(self, *args: Any, opener: _Opener, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ConnectionCls = functools.partial(_TLSConnection, opener=opener)  # type: ignore[assignment]


def trusted_context() -> ssl.SSLContext:
    """Create a verifying TLS context. This takes some 20 ms, so a guard does it once."""
    return trust(create_urllib3_context(), certifi.where())


def trust(context: ssl.SSLContext, usual: str) -> ssl.SSLContext:
    """Load the certificates that requests uses: the environment's bundle, else the default one."""
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or usual
    if os.path.isdir(bundle):  # noqa: PTH112
        context.load_verify_locations(capath=bundle)
    else:
        context.load_verify_locations(cafile=bundle)
    return context


class GuardedAdapter(HTTPAdapter):
    """A session's adapter that connects only to addresses permitted by `addresses_of`."""

    def __init__(
        self, addresses_of: AddressesOf, deadline: Deadline, context: ssl.SSLContext
    ) -> None:
        self._opener = _Opener(addresses_of, deadline)
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None:
        self.poolmanager = PoolManager(
            num_pools=connections,
            maxsize=maxsize,
            block=block,
            ssl_context=self._context,
            **pool_kwargs,
        )
        self.poolmanager.pool_classes_by_scheme = {
            "http": functools.partial(_Pool, opener=self._opener),
            "https": functools.partial(_TLSPool, opener=self._opener),
        }

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Do nothing: the shared context has the certificates and always verifies."""
