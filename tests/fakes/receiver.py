"""A web address that callbacks are posted to: remembers each, fails on command."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from tests.fakes.exchange import Exchange, Reply
from tests.fakes.service import FakeService


class Receiver(FakeService):
    """Answers 200 and `answer` unless told otherwise; `posts` holds what came, in order."""

    def __init__(self, port: int = 0) -> None:
        self.statuses: list[int] = []
        self.answer: object = {}
        super().__init__(port)
        self.url = f"{self.origin}/callback"

    def fail(self, *statuses: int) -> None:
        """The next posts are answered with these statuses, in order."""
        self.statuses.extend(statuses)

    def bodies(self) -> list[dict[str, Any]]:
        with self._lock:
            return [json.loads(post.raw) for post in self.requests]

    def keys(self) -> Counter[str]:
        """How often each Idempotency-Key came."""
        with self._lock:
            return Counter(post.headers["Idempotency-Key"] for post in self.requests)

    def _serve(self, exchange: Exchange) -> Reply:
        with self._lock:
            self.requests.append(exchange.asked)
            status = self.statuses.pop(0) if self.statuses else 200
        return Reply.of_json(self.answer, status)
