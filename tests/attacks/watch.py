"""Another process that sends one request over and over and notes how long each took."""

from __future__ import annotations

import http.client
import multiprocessing
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any


class Watch:
    """Probes from `__enter__` to `__exit__`; then `milliseconds` holds what each probe took.

    A process of its own, so that what loads the service does not make its clock late.
    """

    def __init__(
        self,
        port: int,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        pause_seconds: float = 0.005,
    ) -> None:
        self.milliseconds: list[float] = []
        self._ours, theirs = multiprocessing.Pipe()
        request = (method, path, body, dict(headers or {}))
        self._process = multiprocessing.get_context("spawn").Process(
            target=_probe, args=(theirs, port, request, pause_seconds), daemon=True
        )

    def __enter__(self) -> Watch:
        self._process.start()
        self._ours.recv()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ours.send("end")
        self.milliseconds = self._ours.recv()
        self._process.join()

    @property
    def longest(self) -> float:
        return max(self.milliseconds)

    @property
    def p99(self) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


def _probe(pipe: Connection, port: int, request: Any, pause_seconds: float) -> None:
    took: list[float] = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    _ask(connection, request)
    pipe.send("ready")
    while not pipe.poll(pause_seconds):
        started = time.perf_counter()
        _ask(connection, request)
        took.append((time.perf_counter() - started) * 1000)
    pipe.send(took or [0.0])


def _ask(connection: http.client.HTTPConnection, request: Any) -> None:
    """One request; a connection that the service closed is opened again."""
    for _ in range(2):
        try:
            connection.request(*request)
            connection.getresponse().read()
            return
        except (OSError, http.client.HTTPException):
            connection.close()
