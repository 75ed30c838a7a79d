"""What an attack found, and the list of all attacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.attacks.stand import Stand


@dataclass(frozen=True)
class Row:
    """One measurement; the goal is the most that it may be."""

    what: str
    value: float
    goal: float
    unit: str = ""

    @property
    def is_met(self) -> bool:
        return self.value <= self.goal

    def __str__(self) -> str:
        mark = "" if self.is_met else "   MISSED"
        return f"    {self.what:<58} {self.value:>8.4g} (goal {self.goal:g}) {self.unit}{mark}"


Run = Callable[["Stand"], Iterator[Row]]


@dataclass(frozen=True)
class Attack:
    """`run` is done `times` times; its rows are those of the last."""

    name: str
    run: Run
    times: int


ATTACKS: list[Attack] = []


def attack(name: str, times: int = 1) -> Callable[[Run], Run]:
    """Register an attack under the number it has among the findings."""

    def add(run: Run) -> Run:
        ATTACKS.append(Attack(name, run, times))
        return run

    return add
