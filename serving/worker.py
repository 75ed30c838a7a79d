"""gunicorn's gevent worker, with the service's own answers at its edges.

What never reaches Flask (a malformed request, one that comes too slowly) is answered in the
same JSON shape as everything else, and slow clients are cut off.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable
from typing import Any

import gevent
import orjson
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.workers.ggevent import GeventWorker

MAX_BODY_BYTES = 1024 * 1024
GATHERED_BYTES = 65_536
MAX_DRAINED_BYTES = 8 * MAX_BODY_BYTES  # read and thrown away, so that the 413 is not lost

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class FlowhookWorker(GeventWorker):
    """Answers malformed requests as JSON."""

    def load_wsgi(self) -> None:
        super().load_wsgi()
        self.wsgi: Any = BoundedBody(self.wsgi, self.cfg.keepalive)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:
        """Answer with one write instead of one for the head and one for the body."""
        gathered = GatheredWrites(sock)
        try:
            return super().handle_request(listener_name, req, gathered, addr)
        finally:
            gathered.flush()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        too_long = isinstance(exc, LimitRequestLine | LimitRequestHeaders)
        status, name = (431, "too_large") if too_long else (400, "invalid_input")
        message = "the request's head is too long" if too_long else "the request is malformed"
        request_id = os.urandom(16).hex()
        body = error_body(name, message, "Send a well-formed HTTP/1.1 request.", request_id)
        reason = "Request Header Fields Too Large" if too_long else "Bad Request"
        head = (
            f"HTTP/1.1 {status} {reason}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nX-Request-ID: {request_id}\r\n"
            "Connection: close\r\n\r\n"
        )
        try:
            client.sendall(head.encode() + body)
        except OSError:
            self.log.debug("the client of a malformed request has gone")


class GatheredWrites:
    """A socket that keeps small writes until `flush`; all else passes through."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._waiting: list[bytes] = []
        self._bytes = 0

    def sendall(self, data: bytes) -> None:
        self._waiting.append(data)
        self._bytes += len(data)
        if self._bytes > GATHERED_BYTES:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            data = b"".join(self._waiting)
            self._waiting, self._bytes = [], 0
            self._sock.sendall(data)

    def __getattr__(self, name: str) -> Any:
        self.flush()
        return getattr(self._sock, name)


class BoundedBody:
    """Reads the whole body before the application runs: in time, and within 1 MiB."""

    def __init__(self, application: Callable[..., Any], seconds: float) -> None:
        self.application = application
        self.seconds = seconds

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH") or environ.get("HTTP_TRANSFER_ENCODING"):
            timeout = gevent.Timeout(self.seconds)
            timeout.start()
            try:
                body = environ["wsgi.input"].read(MAX_BODY_BYTES + 1)
                if len(body) > MAX_BODY_BYTES:
                    _drain(environ["wsgi.input"])
            except gevent.Timeout as expired:
                if expired is not timeout:
                    raise
                return _refuse(environ, start_response, *TOO_SLOW)
            except OSError:
                return _refuse(environ, start_response, *BROKEN_OFF)
            finally:
                timeout.close()
            # Of too large a body the application sees the length, and answers in its own words.
            environ["wsgi.input"] = io.BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
            environ.pop("HTTP_TRANSFER_ENCODING", None)
        answer: Iterable[bytes] = self.application(environ, start_response)
        return answer


TOO_SLOW = (
    "408 Request Timeout",
    "invalid_input",
    "the body was not there in time",
    "Send the body at once.",
)
BROKEN_OFF = (
    "400 Bad Request",
    "invalid_input",
    "the body broke off or is malformed",
    "Send the whole body, as its Content-Length or chunks say.",
)


def _drain(stream: Any) -> None:
    left = MAX_DRAINED_BYTES
    while left > 0:
        piece = stream.read(65_536)
        if not piece:
            return
        left -= len(piece)


def _refuse(
    environ: Environ, start_response: StartResponse, status: str, name: str, message: str, fix: str
) -> list[bytes]:
    request_id = os.urandom(16).hex()
    body = error_body(name, message, fix, request_id)
    start_response(
        status,
        [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("X-Request-ID", request_id),
            ("Connection", "close"),
        ],
    )
    return [body]


def error_body(name: str, message: str, fix: str, request_id: str) -> bytes:
    """The one error shape, for where no application runs."""
    error = {"type": name, "message": message, "fix": fix}
    return orjson.dumps({"success": False, "error": error, "request_id": request_id})
