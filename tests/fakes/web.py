"""A web server on the loopback whose answers a test writes by hand, byte for byte.

`serve(handler)` starts it; the handler gets the connection and the request's head, and may
drip, lie about lengths or redirect. `requests` holds every head that came in.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Handler = Callable[[socket.socket, str], None]


class WebServer:
    def __init__(self, handler: Handler, tls: ssl.SSLContext | None, host: str) -> None:
        self._handler = handler
        self._tls = tls
        self.requests: list[str] = []
        self.closing = threading.Event()
        self._listener = socket.create_server(
            (host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
        self.port: int = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                connection.settimeout(10)
                head = _read_request(connection)
                self.requests.append(head)
                self._handler(connection, head)
        except OSError:
            return

    def close(self) -> None:
        self.closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(5)


def _read_request(connection: socket.socket) -> str:
    """The request's head, followed by its body as far as Content-Length says."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += _receive(connection)
    head, _, body = got.partition(b"\r\n\r\n")
    lengths = [
        int(line.partition(b":")[2])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    while len(body) < sum(lengths):
        body += _receive(connection)
    return (head + b"\r\n\r\n" + body).decode("latin-1")


def _receive(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("the client went away")
    return data


@contextmanager
def serve(
    handler: Handler, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> Iterator[WebServer]:
    server = WebServer(handler, tls, host)
    try:
        yield server
    finally:
        server.close()


def answer(
    body: bytes = b"hello", status: str = "200 OK", headers: dict[str, str] | None = None
) -> Handler:
    """A handler that answers the same to every request."""
    lines = [f"HTTP/1.1 {status}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if "Content-Length" not in (headers or {}):
        lines.append(f"Content-Length: {len(body)}")
    whole = "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def handle(connection: socket.socket, head: str) -> None:
        connection.sendall(whole)

    return handle


def redirect(target: str, status: str = "302 Found") -> Handler:
    return answer(b"", status, {"Location": target})
