"""Reads the data files of servers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
ANSWERED = "answered"
NEVER = "never"


@dataclass(frozen=True)
class Refusal:
    """Which requests a server refuses: by a field of the body, or by what else is wrong."""

    field: str = ""
    above: float | None = None
    among: tuple[Any, ...] = ()
    not_among: tuple[Any, ...] = ()
    unknown_model: bool = False
    wrong_key: bool = False
    lacks: str = ""
    no_header: str = ""
    json_without_the_word: bool = False

    @classmethod
    def read(cls, given: dict[str, Any]) -> Refusal:
        known = {**given}
        among, not_among = known.pop("in", ()), known.pop("not_in", ())
        return cls(among=tuple(among), not_among=tuple(not_among), **known)


@dataclass(frozen=True)
class Shape:
    """One answer of a server, to whom it is given, and what comes of it."""

    name: str
    source: tuple[str, ...]
    at: tuple[str, ...]
    answer: dict[str, Any]
    expect: str = ANSWERED
    refuses: Refusal | None = None
    account: dict[str, Any] = field(default_factory=dict)
    where: str = ""
    times: int | None = None
    asked: int | None = None
    waits: float | None = None
    says: str = ""
    sent: dict[str, list[str]] = field(default_factory=dict)
    rows: tuple[str, ...] = ()

    @property
    def is_never_met(self) -> bool:
        return self.expect == NEVER

    @classmethod
    def read(cls, given: dict[str, Any]) -> Shape:
        known = {**given}
        at, source, refuses = known.pop("at"), known.pop("source"), known.pop("refuses", None)
        return cls(
            at=(at,) if isinstance(at, str) else tuple(at),
            source=(source,) if isinstance(source, str) else tuple(source),
            refuses=Refusal.read(refuses) if refuses else None,
            **known,
        )


@dataclass(frozen=True)
class ServerFile:
    """All that is known of a server."""

    server: str
    source: str
    base: str
    account: dict[str, Any]
    models: dict[str, list[str]]
    elsewhere: Shape
    shapes: tuple[Shape, ...]
    answers: dict[str, Any] = field(default_factory=dict)
    calls: dict[str, Any] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    one_choice: bool = False

    @property
    def standing(self) -> tuple[Shape, ...]:
        """The shapes that hold whatever is played."""
        return tuple(shape for shape in self.shapes if shape.refuses)


def read_server(name: str) -> ServerFile:
    """Read the file of this name."""
    given = json.loads((FOLDER / f"{name}.json").read_text())
    shapes = tuple(Shape.read(shape) for shape in given.pop("shapes"))
    elsewhere = Shape.read(
        {"name": "elsewhere", "at": [], "source": given["source"], **given.pop("elsewhere")}
    )
    return ServerFile(shapes=shapes, elsewhere=elsewhere, **given)


def server_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json"))
