"""One exchange with a provider over a WebSocket: guarded, and bounded in time and bytes.

wsproto knows the protocol and opens no socket, so the connection is one of the guard's: to the
checked address alone, with the certificates of all transports, shut down at its deadline, and
closed with the call that it serves. What is said is a `Dialogue`, what comes of it an HttpReply
as of any other exchange, so retries, circuit and error messages are the same.

Source: RFC 6455.
"""

from __future__ import annotations

import socket
import ssl
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from functools import cached_property
from http.client import HTTPConnection, HTTPException
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

import gevent
from gevent import monkey
from urllib3.util import make_headers
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Event,
    Message,
    Ping,
    RejectConnection,
    RejectData,
    Request,
    TextMessage,
)
from wsproto.utilities import ProtocolError

from flowhook.frames import drop_frames
from flowhook.providers.guarded_transport import (
    AddressesOf,
    Deadline,
    open_socket,
    trusted_context,
)
from flowhook.providers.model_client import Usage
from flowhook.providers.transport import (
    CHUNK_BYTES,
    ConnectionBroken,
    HttpReply,
    ReplyTooLarge,
    TimedOut,
    Transport,
    TransportError,
    Unreachable,
    decoded,
)
from flowhook.turns import in_turns

MAX_RECEIVED_BYTES = 64 * 1024 * 1024
MAX_MESSAGE_CHARACTERS = 4 * 1024 * 1024
CUT_OFF = "the connection ended before the whole answer was there"
SCHEMES = {"http": "ws", "https": "wss"}


class Dialogue(Protocol):
    """What is said in one exchange. A retry begins the same dialogue anew.

    `usage` are the tokens that it cost, of all tries.
    """

    usage: Usage | None

    def begin(self) -> None:
        """Forget what was said and heard."""

    def hear(self, message: str) -> Iterable[str]:
        """Take a message of the server, and yield those that answer it."""

    def refuse(self, reply: HttpReply) -> None:
        """Take the reply of a server that opens no WebSocket; may raise what it means."""

    def end(self, reason: str) -> None:
        """Take the server's goodbye; it closes the connection after this."""

    @property
    def reply(self) -> HttpReply | None:
        """The outcome, or None as long as the dialogue goes on."""


class ConversingTransport(Transport, Protocol):
    """A transport that can also hold a dialogue over a WebSocket."""

    def converse(
        self, url: str, headers: Mapping[str, str], dialogue: Dialogue, timeout_seconds: float
    ) -> HttpReply:
        """Return the dialogue's outcome, or the reply of a server that opens no WebSocket.

        Raises a TransportError where neither comes in time.
        """


class Conversing:
    """`converse` for a transport; `addresses_of` is its guard, None allows any address."""

    addresses_of: AddressesOf | None = None

    def converse(
        self, url: str, headers: Mapping[str, str], dialogue: Dialogue, timeout_seconds: float
    ) -> HttpReply:
        """Hold a dialogue at a `ws` or `wss` address; a proxy of the environment is used unguarded.

        Raises a TransportError, and what `addresses_of` and the dialogue raise.
        """
        at, deadline = urlsplit(url), Deadline(timeout_seconds)
        dialogue.begin()
        try:
            with closing(self._connect(at, deadline)) as sock:
                return _Exchange(sock, dialogue).run(at, headers)
        except (TransportError, OSError, ProtocolError) as failure:
            drop_frames(failure)
            if deadline.passed:
                raise TimedOut("no whole answer within the time-out") from None
            if isinstance(failure, TransportError):
                raise
            raise ConnectionBroken(CUT_OFF) from None
        finally:
            deadline.close()

    def _connect(self, url: SplitResult, deadline: Deadline) -> socket.socket:
        """Open a connection for the URL; TLS names and checks its host."""
        sock = _open(url, self.addresses_of, deadline)
        if url.scheme != "wss":
            return sock
        try:
            return self._websocket_trust.wrap_socket(sock, server_hostname=url.hostname)
        except ssl.SSLError:
            sock.close()
            raise Unreachable("the TLS certificate is not trusted") from None
        except BaseException:
            sock.close()
            raise

    @cached_property
    def _websocket_trust(self) -> ssl.SSLContext:
        return trusted_context()


def websocket_url(url: str) -> str:
    """Return the address of a WebSocket at an HTTP address.

    >>> websocket_url("https://api.openai.com/v1/realtime")
    'wss://api.openai.com/v1/realtime'
    """
    scheme, colon, rest = url.partition(":")
    return SCHEMES.get(scheme.lower(), scheme) + colon + rest


class _Exchange:
    """A dialogue on an open connection."""

    def __init__(self, sock: socket.socket, dialogue: Dialogue) -> None:
        self.sock = sock
        self.dialogue = dialogue
        self.protocol = WSConnection(ConnectionType.CLIENT)
        self.refusal: RejectConnection | None = None
        self.received = bytearray()  # the body of a refusal
        self.message: list[str] = []  # the pieces of a message so far
        self.message_characters = 0

    def run(self, url: SplitResult, headers: Mapping[str, str]) -> HttpReply:
        target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
        extra = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        self._send(Request(host=url.netloc, target=target, extra_headers=extra))
        for piece in self._pieces():
            self.protocol.receive_data(piece)
            for event in in_turns(self.protocol.events()):
                reply = self._take(event)
                if reply is not None:
                    self._say_goodbye()
                    return reply
        raise ConnectionBroken(CUT_OFF)

    def _pieces(self) -> Iterator[bytes]:
        """Yield what arrives; a refusal's body may end with the connection."""
        total = 0
        while piece := self.sock.recv(CHUNK_BYTES):
            total += len(piece)
            if total > MAX_RECEIVED_BYTES:
                raise ReplyTooLarge("the answer is larger than 64 MiB")
            yield piece
        if self.refusal is not None:
            yield b""

    def _take(self, event: Event) -> HttpReply | None:
        if isinstance(event, RejectConnection):
            self.refusal = event
            return None if event.has_body else self._refused()
        if isinstance(event, RejectData):
            self.received += event.data
            return self._refused() if event.body_finished else None
        if isinstance(event, Ping):
            self._send(event.response())
        elif isinstance(event, CloseConnection):
            self.dialogue.end(event.reason or "")
        elif isinstance(event, TextMessage):
            self._hear(event)
        elif not isinstance(event, AcceptConnection) and isinstance(event, Message):
            raise ConnectionBroken("the server sends bytes where text is due")
        return self.dialogue.reply

    def _hear(self, event: TextMessage) -> None:
        if event.data:  # empty pieces cost a server nothing
            self.message.append(event.data)
        self.message_characters += len(event.data)  # a sum over pieces of a letter takes minutes
        if self.message_characters > MAX_MESSAGE_CHARACTERS:
            raise ReplyTooLarge("a message of the answer is larger than 4 MiB")
        if event.message_finished:
            whole, self.message, self.message_characters = "".join(self.message), [], 0
            for answer in self.dialogue.hear(whole):
                self._send(TextMessage(data=answer))

    def _refused(self) -> HttpReply:
        if self.refusal is None:
            raise ConnectionBroken("the answer has no head")
        names = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in self.refusal.headers
        }
        body = decoded(bytes(self.received), names.get("content-encoding"))
        reply = HttpReply(self.refusal.status_code, names, body)
        self.dialogue.refuse(reply)
        return reply

    def _send(self, event: Event) -> None:
        self.sock.sendall(self.protocol.send(event))

    def _say_goodbye(self) -> None:
        with suppress(OSError, ProtocolError):
            self._send(CloseConnection(code=1000))


def _open(url: SplitResult, addresses_of: AddressesOf | None, deadline: Deadline) -> socket.socket:
    host, port = url.hostname or "", url.port or (443 if url.scheme == "wss" else 80)
    try:
        proxy = _proxy(url) if addresses_of is None else None
        if proxy is not None:
            return _open_tunnel(proxy, host, port, deadline)
        found = (addresses_of or _any_address)(host, port, max(deadline.remaining_seconds, 0.001))
        return open_socket(found, port, deadline)
    except TimeoutError:
        raise TimedOut("no connection within the time-out") from None
    except OSError:
        raise Unreachable("the connection was refused or the host is unknown") from None


def _any_address(host: str, port: int, seconds: float) -> Sequence[str]:
    with gevent.Timeout(seconds if monkey.is_module_patched("socket") else None, False):
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [str(entry[4][0]) for entry in found]
    raise TimedOut("the host's address cannot be looked up within the time-out")


def _proxy(url: SplitResult) -> SplitResult | None:
    """Return the proxy that the environment names for such an address."""
    scheme = "https" if url.scheme == "wss" else "http"
    proxies = urllib.request.getproxies()
    found = proxies.get(scheme) or proxies.get("all")
    if not found or urllib.request.proxy_bypass(url.hostname or ""):
        return None
    return urlsplit(found if "://" in found else f"http://{found}")


def _open_tunnel(proxy: SplitResult, host: str, port: int, deadline: Deadline) -> socket.socket:
    seconds = max(deadline.remaining_seconds, 0.001)
    tunnel = HTTPConnection(proxy.hostname or "", proxy.port or 80, timeout=seconds)
    user = f"{proxy.username}:{proxy.password or ''}" if proxy.username else None
    tunnel.set_tunnel(host, port, headers=dict(make_headers(proxy_basic_auth=user)))
    try:
        tunnel.connect()
    except HTTPException:
        tunnel.close()
        raise Unreachable("the proxy opens no connection") from None
    deadline.watch(tunnel.sock)
    return tunnel.sock
