"""How a provider's bytes travel: one request out, one bounded reply back, in bounded time.

Three transports behind one interface: RequestsTransport (requests_transport.py) works everywhere
and honours proxies; GeventTransport (gevent_transport.py) and PooledTransport (pooled_transport.py)
cost a third of its CPU, one where gevent serves and one where threads do. None follows redirects or
retries: the client decides that. websocket.py adds WebSockets to each.
"""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from urllib3 import BaseHTTPResponse

from flowhook.errors import InvalidResponse
from flowhook.strict_json import UnreadableJson, read_value

CONNECT_SECONDS = 5.0
MAX_REPLY_BYTES = 32 * 1024 * 1024
MAX_REPLY_VALUES = 4_000_000  # numbers of embeddings that fit in
CHUNK_BYTES = 65_536
_WBITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class TransportError(Exception):
    """The root: no reply came back. The text is a constant, safe to show."""


class Unreachable(TransportError):
    """No connection: refused, unknown host, or TLS not trusted."""


class ConnectionBroken(TransportError):
    """The connection ended before the whole reply was there."""


class TimedOut(TransportError):
    """The reply was not there in time."""


class ReplyTooLarge(TransportError):
    """The reply is larger than any the API gives."""


@dataclass(frozen=True, slots=True)
class HttpReply:
    """Status, headers with lower-case names, and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def read_json(self, whose: str = "the provider") -> Any:
        """Return the JSON that the body is; raises InvalidResponse, which says `whose` it is."""
        try:
            return read_value(self.body, MAX_REPLY_VALUES)
        except UnreadableJson as refusal:
            raise InvalidResponse(f"{whose}'s answer is {refusal}") from None

    def read_object(self, whose: str = "the provider") -> dict[str, Any]:
        """Return the JSON object that the body is; raises InvalidResponse."""
        answer = self.read_json(whose)
        if not isinstance(answer, dict):
            raise InvalidResponse(f"{whose}'s answer is not a JSON object")
        return answer

    def find_json(self) -> Any:
        """Return the JSON that the body is, or None."""
        try:
            return read_value(self.body, MAX_REPLY_VALUES)
        except UnreadableJson:
            return None


def decoded(body: bytes, encoding: str | None) -> bytes:
    """Return a body without its Content-Encoding, which was not asked for but may come.

    Raises ReplyTooLarge, and ConnectionBroken for what is cut off or coded otherwise.
    """
    if not encoding or encoding.strip().lower() == "identity":
        return body
    wbits = _WBITS.get(encoding.strip().lower())
    if wbits is None:
        raise ConnectionBroken("the answer is compressed in a way that was not asked for")
    unpacker = zlib.decompressobj(wbits)
    try:
        plain = unpacker.decompress(body, MAX_REPLY_BYTES + 1)
    except zlib.error:
        raise ConnectionBroken("the compressed answer is broken") from None
    if len(plain) > MAX_REPLY_BYTES:
        raise ReplyTooLarge("the answer is larger than 32 MiB")
    if not unpacker.eof:
        raise ConnectionBroken("the compressed answer is broken")
    return plain


class Transport(Protocol):
    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout_seconds: float,
    ) -> HttpReply:
        """Send one request; raise a TransportError where no whole reply comes in time."""


def read_body(response: BaseHTTPResponse, deadline: float) -> bytes:
    """Read the body piece by piece as it arrives, all of it until `deadline` (monotonic seconds).

    Each wait gets what is left, so that a late head, a drip or a silence cannot add up.
    """
    received = bytearray()
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimedOut("no whole answer within the time-out")
        sock = getattr(response.connection, "sock", None)  # None once all has arrived
        if sock is not None:
            sock.settimeout(left)
        piece = response.read1(CHUNK_BYTES)
        received += piece
        if len(received) > MAX_REPLY_BYTES:
            raise ReplyTooLarge("the answer is larger than 32 MiB")
        if not piece:
            return bytes(received)


def has_proxy(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment asks for a proxy, which only requests knows how to use."""
    names = ("https_proxy", "http_proxy", "all_proxy")
    return any(environ.get(name) or environ.get(name.upper()) for name in names)
