"""A request as it goes over the wire, and a client that sends it."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SECONDS = 30.0


@dataclass(frozen=True)
class Sent:
    """A request; `route` names the kind, `proof` whose credentials it has."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None = None
    route: str = ""
    proof: str = "none"

    def __str__(self) -> str:
        return (
            f"{self.method} {self.target[:200]} {dict(self.headers)} {(self.body or b'')[:400]!r}"
        )


@dataclass(frozen=True)
class Got:
    """Its answer, and the seconds it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


@dataclass
class Client:
    """A keep-alive connection from one loopback address."""

    port: int
    source: str
    _connection: http.client.HTTPConnection | None = field(default=None)

    def send(self, sent: Sent) -> Got:
        """The answer; raises OSError or HTTPException if there is none on a new connection."""
        for is_last in (False, True):
            is_fresh = self._connection is None
            try:
                return self._exchange(sent)
            except (OSError, http.client.HTTPException):
                self.close()
                if is_fresh or is_last:
                    raise
        raise AssertionError("unreachable")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _exchange(self, sent: Sent) -> Got:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=SECONDS, source_address=(self.source, 0)
            )
        started = time.perf_counter()
        connection: Any = self._connection
        connection.putrequest(
            sent.method,
            sent.target,
            skip_host="Host" in sent.headers,
            skip_accept_encoding=True,
        )
        for name, value in sent.headers.items():
            connection.putheader(name, value.encode("latin-1", "replace"))
        if sent.body is not None and "Transfer-Encoding" not in sent.headers:
            connection.putheader("Content-Length", str(len(sent.body)))
        connection.endheaders()
        if sent.body is not None:
            self._send_body(connection, sent)
        response = connection.getresponse()
        body = response.read()
        seconds = time.perf_counter() - started
        if response.will_close:
            self.close()
        return Got(response.status, dict(response.getheaders()), body, seconds)

    @staticmethod
    def _send_body(connection: http.client.HTTPConnection, sent: Sent) -> None:
        body = sent.body or b""
        if "Transfer-Encoding" in sent.headers:
            for start in range(0, len(body), 1000):
                piece = body[start : start + 1000]
                connection.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            connection.send(b"0\r\n\r\n")
        elif body:
            connection.send(body)
