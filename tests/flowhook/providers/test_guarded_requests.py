"""requests through the guard, where no gevent serves: its deadline holds whatever drips."""

from __future__ import annotations

import socket
import threading

import pytest

from flowhook.providers.guarded_requests import GuardedRequestsTransport
from flowhook.providers.transport import TimedOut
from tests.fakes.web import serve


def test_an_answer_that_drips_is_too_slow_not_broken() -> None:
    def drip(connection: socket.socket, head: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while True:  # until the connection is gone
            threading.Event().wait(0.02)
            connection.sendall(b"x")

    transport = GuardedRequestsTransport(lambda host, port, seconds: ["127.0.0.1"])
    with serve(drip) as server, pytest.raises(TimedOut):
        transport.send("GET", f"http://provider.example:{server.port}/", {}, None, 0.3)
