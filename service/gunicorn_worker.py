"""A gevent worker of gunicorn that answers requests which never reach Flask.

Requests that are malformed, too slow or too large get a JSON error, and slow clients are
disconnected.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Any, NoReturn

import gevent
import orjson
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn import util
from gunicorn.http import wsgi
from gunicorn.http.errors import (
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.workers.base_async import AsyncWorker
from gunicorn.workers.ggevent import GeventWorker

from flowhook.config import Config
from flowhook.errors import FlowhookError, Internal, InvalidInput, TooLarge
from flowhook.http.body import WHOLE_BODY
from flowhook.http.body_size import (
    MAX_DOCUMENT_BYTES,
    max_body_bytes,
    patience,
    size_in_words,
)
from flowhook.http.headers import NOSNIFF
from flowhook.turns import PIECE_BYTES, give_way, one_by_one
from service.allocator import return_large_blocks
from service.client_waits import ClientWait, ClientWaits
from service.collector import Collector
from service.large_bodies import LargeBodies, busy

LAST_WAIT_SECONDS = 0.5  # at shutdown, for requests that are arriving
GATHERED_BYTES = 65_536
MAX_DRAINED_BYTES = 64 * 1024 * 1024  # read and dropped, so that the client receives the 413

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Refusal = Callable[[], FlowhookError]


_date_of = lru_cache(maxsize=1)(util.http_date)


def http_date(timestamp: float | None = None) -> str:
    """Return the text of a Date header, made once a second: making it took 2 % of a call."""
    return _date_of(int(time.time() if timestamp is None else timestamp))


util.http_date = http_date
wsgi.SERVER = "flowhook"  # which server it is, and its version, is nobody's business


class FlowhookWorker(GeventWorker):
    """A gevent worker with JSON errors; it shuts down once its calls in flight are answered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.servers: list[StreamServer] = []
        self.collector = Collector(self._calls)

    def init_process(self) -> None:
        # gunicorn looks settings up some 25 times a request, each time through __getattr__.
        vars(self.cfg).update({name: each.get() for name, each in self.cfg.settings.items()})  # type: ignore[attr-defined]
        self.waits = ClientWaits.of(Config.from_env())  # a SIGTERM may come while all is loaded
        super().init_process()

    def load_wsgi(self) -> None:
        gc.disable()  # what is loaded stays; looking through it took a tenth of the start
        super().load_wsgi()
        self.wsgi: Any = BoundedBody(self.wsgi, self.cfg.keepalive, self.waits)
        return_large_blocks()
        self.collector.start()

    def server_class(self, listener: Any, *, spawn: Pool, **_: Any) -> StreamServer:
        """Create the server, and keep it so that shutdown can stop it."""
        serve = partial(self.handle, Listener(listener.getsockname()))
        server = StreamServer(listener, handle=serve, spawn=spawn)
        if self.cfg.workers > 1:
            server.max_accept = 1
        self.servers.append(server)
        return server

    def notify(self) -> None:
        """Send the master a heartbeat; without a master, finish the calls in flight.

        Called each second.
        """
        AsyncWorker.notify(self)
        self.collector.look()
        if self.alive and self.ppid != os.getppid():
            self.log.warning("the master is gone; this worker finishes its calls and ends")
            self._take_no_more()

    def init_signals(self) -> None:
        super().init_signals()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is told to all; the master decides
        signal.pthread_sigmask(signal.SIG_UNBLOCK, self.SIGNALS)  # master.py has it wait for these

    def handle_exit(self, sig: Any, frame: Any) -> None:
        """Handle SIGTERM: accept no new work."""
        gevent.spawn(self._take_no_more)

    def _take_no_more(self) -> None:
        """Stop accepting, and close idle connections."""
        self.alive = False
        for server in self.servers:
            server.close()
        gevent.sleep(LAST_WAIT_SECONDS)
        self.waits.end_heads()

    def timeout_ctx(self) -> ClientWait:
        return self.waits.head(self.cfg.keepalive if self.alive else LAST_WAIT_SECONDS)

    def _calls(self) -> int:
        """Return how many connections have a request that is not answered yet."""
        open_now = sum(len(server.pool) for server in self.servers if server.pool is not None)
        return open_now - self.waits.heads()

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        self.waits.name_client(addr)
        super().handle(listener, client, addr)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:
        """Handle a request, and write the head and body of the answer at once."""
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
            f"{': '.join(NOSNIFF)}\r\nConnection: close\r\n\r\n"
        )
        try:
            client.sendall(head.encode() + body)
        except OSError:
            self.log.debug("the client of a malformed request has gone")


@dataclass(frozen=True, slots=True)
class Listener:
    """A substitute for the listening socket, which may close before its connections finish."""

    address: Any

    def getsockname(self) -> Any:
        return self.address


class GatheredWrites:
    """A socket that buffers small writes until `flush`; everything else passes through.

    `end_after` closes the connection after the answer. A client that reads nothing for `seconds`
    is disconnected.
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
            try:
                sent = self._sock.send(data, 0, 0.0)  # without waiting; nearly always all of it
            except BlockingIOError:
                sent = 0
            if sent < len(data):
                self._send_slowly(data, sent)

    def _send_slowly(self, data: bytes, sent: int) -> None:
        """Send the data that did not fit into the client's buffer, as the client reads.

        Raises ConnectionResetError if the client reads too slowly.
        """
        self._sock.settimeout(self._seconds)
        try:
            while sent < len(data):  # each within the time-out
                sent += self._sock.send(data[sent : sent + GATHERED_BYTES])
        except TimeoutError:
            raise ConnectionResetError(errno.ECONNRESET, "the client reads too slowly") from None
        self._sock.settimeout(None)  # the next read has its own time-out

    def __getattr__(self, name: str) -> Any:
        self.flush()
        return getattr(self._sock, name)


class BoundedBody:
    """Reads the whole body before the application runs, with limits of time and size."""

    def __init__(
        self, application: Callable[..., Iterable[bytes]], seconds: float, waits: ClientWaits
    ) -> None:
        self.application = application
        self.seconds = seconds
        self.waits = waits
        self.large = LargeBodies()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH") or environ.get("HTTP_TRANSFER_ENCODING"):
            most = max_body_bytes(environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""))
            if most >= MAX_DOCUMENT_BYTES:
                return self._with_document(environ, start_response, most)
            return self._with_body(environ, start_response, most)
        return self.application(environ, start_response)

    def _with_document(
        self, environ: Environ, start_response: StartResponse, most: int
    ) -> Iterable[bytes]:
        """Answer a request whose body may be a document, when there is a place for it."""
        give_back = self.large.take(environ.get("CONTENT_LENGTH") or "")
        if give_back is None:
            return self._refused(environ, start_response, busy)
        try:
            return self._with_body(environ, start_response, most)
        finally:
            give_back()

    def _with_body(
        self, environ: Environ, start_response: StartResponse, most: int
    ) -> Iterable[bytes]:
        refusal = self._read(environ, most)
        if refusal is not None:
            return self._refused(environ, start_response, refusal)
        return self.application(environ, start_response)

    def _read(self, environ: Environ, most: int) -> Refusal | None:
        """Put the whole body into the environ; returns the refusal of one that is not whole."""
        named = int(environ.get("CONTENT_LENGTH") or 0)
        if named > most + MAX_DRAINED_BYTES:  # no client would be waited for to its end
            return too_large(most)
        # No variable holds the time-out: with the frame that it ends it would be a cycle.
        with self.waits.body(self.seconds * patience(most)):
            try:
                body = _whole(environ["wsgi.input"], most + 1)
                if len(body) > most:
                    _drain(environ["wsgi.input"])
                    return too_large(most)
            except OSError:
                return BROKEN_OFF
            if len(body) < named <= most:
                return BROKEN_OFF
            environ["wsgi.input"] = io.BytesIO(body)
            environ[WHOLE_BODY] = body
            environ["CONTENT_LENGTH"] = str(len(body))
            environ.pop("HTTP_TRANSFER_ENCODING", None)
            return None
        return too_large(most) if named > most else TOO_SLOW

    def _refused(
        self, environ: Environ, start_response: StartResponse, refusal: Refusal
    ) -> Iterable[bytes]:
        """Run the application with a body that raises the refusal when it is read."""
        connection = environ.get("gunicorn.socket")
        if connection is not None:
            connection.end_after()
        environ["wsgi.input"] = NoBody(refusal)
        environ["CONTENT_LENGTH"] = "1"
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        return self.application(environ, start_response)


def _whole(stream: Any, most: int) -> bytes:
    """Read a body of at most this many bytes; a large one in turns with other requests.

    What the client sent already comes without a wait, and sixty such bodies would all be read
    before anybody else gets an answer.
    """
    first: bytes = stream.read(min(PIECE_BYTES, most))
    if len(first) < PIECE_BYTES:
        return first
    whole = io.BytesIO()  # grows in place, while a list of pieces would scatter them
    whole.write(first)
    left = most - len(first)
    while left > 0 and (piece := stream.read(min(PIECE_BYTES, left))):
        whole.write(piece)
        left -= len(piece)
        give_way()
    with one_by_one(whole.tell()):
        return whole.getvalue()


class NoBody(io.RawIOBase):
    """The body of a refused request; reading it raises the refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__()
        self._refusal = refusal

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: Any) -> NoReturn:
        raise self._refusal()


def too_large(most: int) -> Refusal:
    size = size_in_words(most)
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
    """Return the error for a request that the application did not answer."""
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
        give_way()
