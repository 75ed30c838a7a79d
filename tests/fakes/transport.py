"""A small HTTP/1.1 server on loopback: keep-alive, one thread a connection, quick to close."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import urllib.parse
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any, cast

from requests.structures import CaseInsensitiveDict

from tests.fakes import multipart
from tests.fakes.exchange import Asked, Exchange, Reply

Serve = Callable[[Exchange], Reply | None]
"""Answers an exchange; None says the connection has been dealt with and must close."""

_BACKLOG = 2048
_WITH_BODY = ("POST", "PUT", "PATCH")


class Transport:
    """Listens from creation until `close`, which ends every connection.

    `port` 0 is any free one.
    """

    def __init__(self, serve: Serve, port: int = 0) -> None:
        self.serve = serve
        self.closed = threading.Event()
        self._lock = threading.Lock()
        self._open: dict[socket.socket, bool] = {}
        self._listener = socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="fake", daemon=True).start()

    def close(self) -> None:
        if self.closed.is_set():
            return
        self.closed.set()
        with self._lock:
            for connection in self._open:
                _hang_up(connection)
        # Wakes the accepting thread, unless a client's connection has done so just now.
        with (
            contextlib.suppress(ConnectionRefusedError),
            socket.create_connection(("127.0.0.1", self.port)),
        ):
            return

    @property
    def open_connections(self) -> int:
        with self._lock:
            return len(self._open)

    def close_idle(self) -> int:
        """Close the connections no request is running on; how many there were."""
        with self._lock:
            idle = [connection for connection, busy in self._open.items() if not busy]
            for connection in idle:
                _hang_up(connection)
        return len(idle)

    def mark(self, connection: socket.socket, busy: bool) -> None:
        with self._lock:
            self._open[connection] = busy

    def _accept(self) -> None:
        with self._listener:
            while True:
                connection, address = self._listener.accept()
                self.mark(connection, busy=False)
                if self.closed.is_set():
                    connection.close()
                    return
                threading.Thread(
                    target=self._converse, args=(connection, address), daemon=True
                ).start()

    def _converse(self, connection: socket.socket, address: Any) -> None:
        try:
            _Conversation(connection, address, cast(Any, self))
        except (ConnectionError, TimeoutError):
            pass  # the client left, or close() hung up
        finally:
            connection.close()
            with self._lock:
                self._open.pop(connection, None)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it was gone already


class _HalfRequest(Exception):
    """Its sender was killed or left in the middle: as any server does, take it for none."""


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    requests_before = 0

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read the request log instead."""

    def _serve(self) -> None:
        transport = cast(Transport, self.server)
        transport.mark(self.connection, busy=True)
        try:
            asked = self._asked()
        except _HalfRequest:
            self.close_connection = True
            return
        exchange = Exchange(asked, self.connection, transport.closed)
        self.requests_before += 1
        reply = transport.serve(exchange)
        if reply is None:
            self.close_connection = True
            return
        if reply.headers.get("Connection") == "close":
            self.close_connection = True
        # Idle before the bytes leave: whoever has the answer may close idle connections.
        transport.mark(self.connection, busy=False)
        exchange.send(reply.on_wire())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve

    def _asked(self) -> Asked:
        parts = urllib.parse.urlsplit(self.path)
        raw = self._read_body()
        return Asked(
            method=self.command,
            path=parts.path,
            query=dict(urllib.parse.parse_qsl(parts.query)),
            headers=CaseInsensitiveDict(self.headers.items()),
            raw=raw,
            body=_parsed(raw, self.headers.get("Content-Type", "")),
            reused=self.requests_before > 0,
        )

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(iter(self._read_chunk, b""))
        length = self.headers.get("Content-Length", "" if self.command in _WITH_BODY else "0")
        if not length.isdigit():
            raise _HalfRequest
        return self._read_exactly(int(length))

    def _read_chunk(self) -> bytes:
        line = self.rfile.readline()
        if not line.endswith(b"\n"):
            raise _HalfRequest
        chunk = self._read_exactly(int(line.split(b";")[0], 16))
        self.rfile.readline()
        return chunk

    def _read_exactly(self, size: int) -> bytes:
        raw = self.rfile.read(size)
        if len(raw) < size:
            raise _HalfRequest
        return raw


def _parsed(raw: bytes, content_type: str) -> Any:
    if content_type.startswith("multipart/form-data"):
        return multipart.read(raw, content_type).fields
    try:
        return json.loads(raw)
    except ValueError:
        return None
