"""A web address that callbacks are posted to: remembers each, fails on command."""

from __future__ import annotations

import json
import threading
from collections import Counter
from typing import Any, Self

from tests.fakes.openai.exchange import Asked, Exchange, Reply
from tests.fakes.openai.transport import Transport


class Receiver:
    """Answers 200 and `answer` unless told otherwise; `posts` holds what came, in order."""

    def __init__(self) -> None:
        self.posts: list[Asked] = []
        self.statuses: list[int] = []
        self.answer: object = {}
        self._lock = threading.Lock()
        self._transport = Transport(self._serve)
        self.url = f"http://127.0.0.1:{self._transport.port}/callback"

    def fail(self, *statuses: int) -> None:
        """The next posts are answered with these statuses, in order."""
        self.statuses.extend(statuses)

    def bodies(self) -> list[dict[str, Any]]:
        with self._lock:
            return [json.loads(post.raw) for post in self.posts]

    def keys(self) -> Counter[str]:
        """How often each Idempotency-Key came."""
        with self._lock:
            return Counter(post.headers["Idempotency-Key"] for post in self.posts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._transport.close()

    def _serve(self, exchange: Exchange) -> Reply:
        with self._lock:
            self.posts.append(exchange.asked)
            status = self.statuses.pop(0) if self.statuses else 200
        return Reply.of_json(self.answer, status)
