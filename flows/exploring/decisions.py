"""What is decided outside a flow while it is explored: by chance, by functions, by sheets."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson

from flows.exploring.shapes import Shapes
from flows.model.session import HttpAnswer, WebhookAnswer
from flows.sheets.table import KEY, Row

MAX_OPTIONS = 12
FAILED = "pretended: it failed"

One = TypeVar("One")
Pretend = Callable[[str], Mapping[str, Any]]
"""The pretended answer of a function; raises NotFound for one that is not there."""


@dataclass
class Decisions:
    """The decisions of one turn: as `preset` says, and the first option where that ends."""

    preset: tuple[int, ...] = ()
    options: list[int] = field(default_factory=list)

    def choose(self, options: int) -> int:
        """The place of the option that is taken of so many."""
        place = len(self.options)
        self.options.append(min(options, MAX_OPTIONS))
        return self.preset[place] % options if place < len(self.preset) else 0

    def others(self) -> Iterator[tuple[int, ...]]:
        """The presets that decide otherwise once, after all that was preset.

        >>> one = Decisions((1,), [2, 1, 3])
        >>> list(one.others())
        [(1, 0, 1), (1, 0, 2)]
        """
        for place in range(len(self.preset), len(self.options)):
            before = (*self.preset, *(0,) * (place - len(self.preset)))
            for choice in range(1, self.options[place]):
                yield (*before, choice)


class Outside:
    """Functions, the author's own server, sheets and chance, all of them pretended.

    Each first succeeds with what `pretend` gives, then fails, then answers each of the `shapes`
    on which a later split depends.
    """

    def __init__(self, pretend: Pretend, shapes: Shapes) -> None:
        self.pretend = pretend
        self.shapes = shapes
        self.decisions = Decisions()
        self.random = DecidedChoice(self)

    def call_function(self, name: str, _body: Mapping[str, Any]) -> WebhookAnswer:
        body = self._answer(name, self.pretend(name))
        return WebhookAnswer(500, error=FAILED) if body is None else WebhookAnswer(200, body)

    def send_request(
        self, _method: str, url: str, _headers: Mapping[str, str], _body: Mapping[str, Any]
    ) -> HttpAnswer:
        body = self._answer(url, {"success": True})
        if body is None:
            return HttpAnswer(500, FAILED)
        return HttpAnswer(200, orjson.dumps(body).decode())

    def read(self, url: str, key: str) -> Row | None:
        row = self._answer(url, {KEY: key})
        return None if row is None else {name: str(value) for name, value in row.items()}

    def append(self, url: str, where: str, row: Sequence[str]) -> bool:
        return False

    def _answer(self, asked: str, usual: Mapping[str, Any]) -> dict[str, Any] | None:
        """The answer that is decided for; None is a failure."""
        shaped = self.shapes.answers(asked, usual)
        options = [shaped[0], None, *shaped[1:]]
        return options[self.decisions.choose(len(options))]


class DecidedChoice(random.Random):
    """A generator whose choices are decisions."""

    def __init__(self, outside: Outside) -> None:
        super().__init__(1)
        self.outside = outside

    def choice(self, options: Any) -> Any:
        return options[self.outside.decisions.choose(len(options))]
