"""A Redis that does what it is told twice: an answer was lost, and the client asked again."""

from __future__ import annotations

from typing import Any


class AsksTwice:
    def __init__(self, real: Any) -> None:
        self.real = real

    def set(self, *arguments: Any, **options: Any) -> Any:
        self.real.set(*arguments, **options)
        return self.real.set(*arguments, **options)

    def lrem(self, *arguments: Any) -> Any:
        self.real.lrem(*arguments)
        return self.real.lrem(*arguments)

    def evalsha(self, *arguments: Any) -> Any:
        self.real.evalsha(*arguments)
        return self.real.evalsha(*arguments)

    def eval(self, *arguments: Any) -> Any:
        self.real.eval(*arguments)
        return self.real.eval(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)
