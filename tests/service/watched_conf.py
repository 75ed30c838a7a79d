"""gunicorn's settings for a web process that tells what failures left in it.

From `GET /watch` to `GET /unwatch`, `GET /left` names what has become garbage since, and the bytes
that are held. `GET /garbage` leaves a cycle, `GET /cycles` tells how many such cycles have not been
freed.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Iterable
from typing import Any

from service.collector import LEFT_OBJECTS
from service.gunicorn_conf import *  # noqa: F403 - gunicorn reads settings by their names
from tests.garbage import Collected, large_bytes


class Cycle:
    """An object that only the garbage collector frees."""

    def __init__(self) -> None:
        self.itself = self
        self.parts: list[list[int]] = [[] for _ in range(LEFT_OBJECTS)]


class Watched:
    """An application beside which some addresses make garbage and tell about it."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        self.garbage = Collected()
        self.bytes_before = 0
        self.cycles: weakref.WeakSet[Cycle] = weakref.WeakSet()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answers: dict[str, Callable[[], Any]] = {
            "/watch": self._watch,
            "/left": self._left,
            "/unwatch": self._unwatch,
            "/garbage": lambda: self.cycles.add(Cycle()),
            "/cycles": lambda: len(self.cycles),
        }
        answer = answers.get(environ["PATH_INFO"])
        if answer is None:
            return self.application(environ, start_response)
        body = json.dumps(answer()).encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    def _watch(self) -> None:
        self.garbage.__enter__()
        self.bytes_before = large_bytes()

    def _left(self) -> dict[str, Any]:
        holders = dict(self.garbage.holders())
        return {"garbage": holders, "bytes": max(0, large_bytes() - self.bytes_before)}

    def _unwatch(self) -> None:
        self.garbage.__exit__()


def post_worker_init(worker: Any) -> None:
    worker.wsgi = Watched(worker.wsgi)
