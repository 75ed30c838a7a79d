"""A Redis that fails on command: what it does before, in between and after is real."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import redis


class FaultyRedis:
    """Another Redis, which is not reached while `away`.

    `faults` are raised first, one a command (a whole pipeline is one); the answers of the next
    `loses` commands are lost, though they were carried out.
    """

    def __init__(self, store: Any) -> None:
        self.store = store
        self.away = False
        self.faults: list[Exception] = []
        self.loses = 0

    def __getattr__(self, name: str) -> Any:
        command = getattr(self.store, name)
        return lambda *args, **kwargs: self._carry_out(lambda: command(*args, **kwargs))

    def pipeline(self, **options: Any) -> Any:
        pipe = self.store.pipeline(**options)
        execute = pipe.execute
        vars(pipe)["execute"] = lambda: self._carry_out(execute)
        return pipe

    def _carry_out(self, command: Callable[[], Any]) -> Any:
        if self.away:
            raise redis.ConnectionError("away")
        if self.faults:
            raise self.faults.pop(0)
        answer = command()
        if self.loses:
            self.loses -= 1
            raise redis.ConnectionError("the answer was lost")
        return answer
