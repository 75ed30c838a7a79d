"""Callers' media on loopback, and a service that may fetch them: `media_service`, `files`."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import redis

from tests.fakes import web
from tests.fixtures_app import OpenService, Service


class Files:
    """A web server whose files a test writes: `files.add("a.png", content)` is their URL."""

    def __init__(self, stack: ExitStack) -> None:
        self._answers: dict[str, tuple[bytes, str]] = {}
        self._server = stack.enter_context(web.serve(self._answer))

    @property
    def requests(self) -> list[str]:
        return self._server.requests

    def add(self, name: str, content: bytes, content_type: str = "application/x-lie") -> str:
        self._answers[f"/{name}"] = (content, content_type)
        return self.url(name)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self._server.port}/{name}"

    def _answer(self, connection: socket.socket, head: str) -> None:
        known = self._answers.get(head.split(" ")[1])
        content, content_type = known or (b"gone", "text/plain")
        status = "200 OK" if known else "404 Not Found"
        web.answer(content, status, {"Content-Type": content_type})(connection, head)


@pytest.fixture
def files() -> Iterator[Files]:
    with ExitStack() as stack:
        yield Files(stack)


@pytest.fixture
def media_service(open_service: OpenService, fake_redis: redis.Redis) -> Service:
    """The service, with loopback opened for callers' media."""
    return open_service(fake_redis, allow_private_urls=("127.0.0.1",))
