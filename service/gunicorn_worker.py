"""gunicorn's gevent worker, with the service's own answers at its edges.

What never reaches Flask (a malformed request, one that comes too slowly, one too large to
read) is answered in the same JSON shape as everything else, and slow clients are cut off.
"""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, NoReturn

import gevent
import orjson
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn.http.errors import (
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.workers.base_async import AsyncWorker
from gunicorn.workers.ggevent import GeventWorker

from flowhook.errors import FlowhookError, Internal, InvalidInput, TooLarge
from flowhook.http.body import WHOLE_BODY
from flowhook.http.body_size import max_body_bytes

LAST_WAIT_SECONDS = 0.5  # at the end of the process, for requests that are on their way
GATHERED_BYTES = 65_536
MAX_DRAINED_BYTES = 64 * 1024 * 1024  # read and thrown away, so that the 413 is not lost

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Refusal = Callable[[], FlowhookError]


class FlowhookWorker(GeventWorker):
    """Answers malformed requests as JSON; ends as soon as its calls in flight are answered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.servers: list[StreamServer] = []
        self.waits: dict[HeadWait, gevent.Greenlet] = {}

    def init_process(self) -> None:
        # gunicorn looks settings up some 25 times a request, each time through __getattr__.
        vars(self.cfg).update({name: each.get() for name, each in self.cfg.settings.items()})  # type: ignore[attr-defined]
        super().init_process()

    def load_wsgi(self) -> None:
        super().load_wsgi()
        self.wsgi: Any = BoundedBody(self.wsgi, self.cfg.keepalive)

    def server_class(self, listener: Any, *, spawn: Pool, **_: Any) -> StreamServer:
        """What accepts connections; known here, so that the end of the process can stop it."""
        serve = partial(self.handle, Listener(listener.getsockname()))
        server = StreamServer(listener, handle=serve, spawn=spawn)
        if self.cfg.workers > 1:
            server.max_accept = 1
        self.servers.append(server)
        return server

    def notify(self) -> None:
        """Tell the master that all is well. Without a master, calls in flight still end well."""
        AsyncWorker.notify(self)
        if self.alive and self.ppid != os.getppid():
            self.log.warning("the master is gone; this worker finishes its calls and ends")
            self._take_no_more()

    def handle_exit(self, sig: Any, frame: Any) -> None:
        """SIGTERM: take no new work from now on."""
        gevent.spawn(self._take_no_more)

    def _take_no_more(self) -> None:
        """Stop accepting, and end the connections on which nobody asks anything."""
        self.alive = False
        for server in self.servers:
            server.close()
        gevent.sleep(LAST_WAIT_SECONDS)
        for wait in list(self.waits):
            gevent.get_hub().loop.run_callback(self._end_wait, wait)

    def _end_wait(self, wait: HeadWait) -> None:
        """As if its time were up; called by the hub, as that is."""
        if wait in self.waits:
            self.waits[wait].throw(wait)

    def timeout_ctx(self) -> HeadWait:
        return HeadWait(self.cfg.keepalive if self.alive else LAST_WAIT_SECONDS, self.waits)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:
        """Answer with one write instead of one for the head and one for the body."""
        gathered = GatheredWrites(sock, req.force_close, self.cfg.keepalive)
        try:
            return super().handle_request(listener_name, req, gathered, addr)
        finally:
            gathered.flush()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        request_id = os.urandom(16).hex()
        error = refusal_of(exc)
        if error is FAILED:
            self.log.exception("internal error", extra={"request_id": request_id})
        body = orjson.dumps(error.answer(request_id))
        reason = HTTPStatus(error.status).phrase
        head = (
            f"HTTP/1.1 {error.status} {reason}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nX-Request-ID: {request_id}\r\n"
            "Connection: close\r\n\r\n"
        )
        try:
            client.sendall(head.encode() + body)
        except OSError:
            self.log.debug("the client of a malformed request has gone")


@dataclass(frozen=True, slots=True)
class Listener:
    """What a connection asks of the socket that took it, which may be closed by then."""

    address: Any

    def getsockname(self) -> Any:
        return self.address


class HeadWait(gevent.Timeout):
    """The time a connection may take for a request's head; `waits` holds those under way."""

    def __init__(self, seconds: float, waits: dict[HeadWait, gevent.Greenlet]) -> None:
        super().__init__(seconds, False)
        self._waits = waits

    def start(self) -> None:
        self._waits[self] = gevent.getcurrent()
        super().start()

    def close(self) -> None:
        self._waits.pop(self, None)
        super().close()


class GatheredWrites:
    """A socket that keeps small writes until `flush`; all else passes through.

    `end_after` closes the connection after the answer. A client that takes nothing off it for
    `seconds` is cut off.
    """

    def __init__(self, sock: Any, end_after: Callable[[], None], seconds: float) -> None:
        self._sock = sock
        self._seconds = seconds
        self.end_after = end_after
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
            self._sock.settimeout(self._seconds)
            try:
                sent = self._sock.send(data)  # nearly always all of it
                while sent < len(data):  # each piece within the time-out
                    sent += self._sock.send(data[sent : sent + GATHERED_BYTES])
            except TimeoutError:
                raise ConnectionResetError(
                    errno.ECONNRESET, "the client reads too slowly"
                ) from None
            self._sock.settimeout(None)  # what is read next stands under time-outs of its own

    def __getattr__(self, name: str) -> Any:
        self.flush()
        return getattr(self._sock, name)


class BoundedBody:
    """Reads the whole body before the application runs: in time, and within its bound."""

    def __init__(self, application: Callable[..., Iterable[bytes]], seconds: float) -> None:
        self.application = application
        self.seconds = seconds

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH") or environ.get("HTTP_TRANSFER_ENCODING"):
            timeout = gevent.Timeout(self.seconds)
            timeout.start()
            try:
                most = max_body_bytes(environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""))
                body = environ["wsgi.input"].read(most + 1)
                if len(body) < int(environ.get("CONTENT_LENGTH") or 0) <= most:
                    return self._refused(environ, start_response, BROKEN_OFF)
                if len(body) > most:
                    _drain(environ["wsgi.input"])
                    return self._refused(environ, start_response, too_large(most))
            except gevent.Timeout as expired:
                if expired is not timeout:
                    raise
                return self._refused(environ, start_response, TOO_SLOW)
            except OSError:
                return self._refused(environ, start_response, BROKEN_OFF)
            finally:
                timeout.close()
            environ["wsgi.input"] = io.BytesIO(body)
            environ[WHOLE_BODY] = body
            environ["CONTENT_LENGTH"] = str(len(body))
            environ.pop("HTTP_TRANSFER_ENCODING", None)
        return self.application(environ, start_response)

    def _refused(
        self, environ: Environ, start_response: StartResponse, refusal: Refusal
    ) -> Iterable[bytes]:
        """Let the application answer, which finds the error where it looks for the body."""
        connection = environ.get("gunicorn.socket")
        if connection is not None:
            connection.end_after()
        environ["wsgi.input"] = NoBody(refusal)
        environ["CONTENT_LENGTH"] = "1"
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        return self.application(environ, start_response)


class NoBody(io.RawIOBase):
    """A body that was refused: reading it raises why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__()
        self._refusal = refusal

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: Any) -> NoReturn:
        raise self._refusal()


def too_large(most: int) -> Refusal:
    size = f"{most // (1024 * 1024)} MiB"
    fix = f"Send a smaller body; the limit is {size}."
    return partial(TooLarge, f"the body is larger than {size}", fix=fix)


TOO_SLOW = partial(InvalidInput, "the body was not there in time", fix="Send the body at once.")
BROKEN_OFF = partial(
    InvalidInput,
    "the body broke off or is malformed",
    fix="Send the whole body, as its Content-Length or chunks say.",
)
MALFORMED = InvalidInput("the request is malformed", fix="Send a well-formed HTTP/1.1 request.")
HEAD_TOO_LONG = TooLarge(
    "the request's head is too long",
    fix="Send at most 100 header fields of 8 KB, and a shorter address.",
)
FAILED = Internal("something went wrong inside the service")


def refusal_of(failure: BaseException) -> FlowhookError:
    """What a client is told of a request that never came to an answer of the application's."""
    if isinstance(failure, LimitRequestLine | LimitRequestHeaders):
        return HEAD_TOO_LONG
    if isinstance(failure, InvalidResponseHeader | InvalidResponseHeaderName):
        return FAILED
    return MALFORMED if isinstance(failure, ParseException) else FAILED


def _drain(stream: Any) -> None:
    left = MAX_DRAINED_BYTES
    while left > 0:
        piece = stream.read(65_536)
        if not piece:
            return
        left -= len(piece)
