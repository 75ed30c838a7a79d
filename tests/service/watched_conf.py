"""gunicorn's settings for a web process that tells what failures left in it: `GET /left`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from service.gunicorn_conf import *  # noqa: F403 - gunicorn reads settings by their names
from tests.garbage import Collected, large_bytes


class Watched:
    """An application whose garbage is kept from the first `GET /left` on, to be named by each."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        self.garbage: Collected | None = None
        self.bytes_before = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/left":
            return self.application(environ, start_response)
        body = json.dumps(self._left()).encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    def _left(self) -> dict[str, Any]:
        if self.garbage is None:
            self.garbage = Collected().__enter__()
            self.bytes_before = large_bytes()
        holders = dict(self.garbage.holders())
        return {"garbage": holders, "bytes": max(0, large_bytes() - self.bytes_before)}


def post_worker_init(worker: Any) -> None:  # type: ignore[no-redef]  # in its place
    worker.wsgi = Watched(worker.wsgi)
