"""What passes between a client and the fake: a request as logged, a reply, one exchange."""

from __future__ import annotations

import http
import json
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Asked:
    """One request as it arrived, and what became of it."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    raw: bytes
    body: Any = None
    """The JSON value, or for multipart the text fields (a repeated field is a list)."""
    reused: bool = False
    """Whether an earlier request came over the same connection."""
    fault: str | None = None
    status: int | None = None
    heard: list[tuple[str, str]] = field(default_factory=list)
    """(role, text) of everything the model had before it, kept conversations included."""

    def is_for(self, path: str | None) -> bool:
        return path is None or self.path in (path, f"/v1{path}")


@dataclass
class Reply:
    """An answer, ready to be put on the wire."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    framing: str | None = None
    """A header line in place of the true Content-Length."""

    @classmethod
    def of_json(cls, value: Any, status: int = 200) -> Reply:
        return cls(status, json.dumps(value, ensure_ascii=False).encode())

    def head(self, framing: str | None = None) -> bytes:
        """Status line and headers, with `framing` for the true Content-Length if given."""
        lines = [f"HTTP/1.1 {self.status} {_phrase(self.status)}"]
        if self.content_type:
            lines.append(f"Content-Type: {self.content_type}")
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines.append(framing or self.framing or f"Content-Length: {len(self.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def on_wire(self) -> bytes:
        return self.head() + self.body


@dataclass
class Exchange:
    """A request on its connection: what a fault needs to misbehave."""

    asked: Asked
    connection: socket.socket
    closed: threading.Event
    """Set when the fake closes; whatever waits, waits on this."""

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Overloaded"
