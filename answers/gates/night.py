"""The last nightly run of a gate, and what it was compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from answers.gates.check_store import Place
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key

WORSE = "worse"


@dataclass(frozen=True, slots=True)
class Night:
    """`date` is the last night's in the organisation's time zone, empty before the first.

    `run` is that night's, and is `open` until it was compared. `before` is the run with which it
    is: the one of the last night that was not worse, else an earlier one of the same version on
    the same set. `verdict` and `cases` tell how the last comparison ended.
    """

    date: str = ""
    run: str = ""
    open: bool = False
    version: int = 0
    digest: str = ""
    before: str = ""
    verdict: str = ""
    cases: tuple[str, ...] = ()

    @classmethod
    def read(cls, raw: bytes) -> Night:
        stored: Mapping[str, Any] = orjson.loads(raw)
        known = {name: stored[name] for name in cls.__slots__ if name in stored}
        return cls(**{**known, "cases": tuple(stored.get("cases", ()))})

    def raw(self) -> bytes:
        return orjson.dumps(asdict(self))


class NightStore:
    """The nights of an organisation's nightly gates: one hash, a field for each gate."""

    def __init__(self, redis: Any) -> None:
        self.redis = redis

    def nights(self, org: str) -> dict[Place, Night]:
        found = self.redis.hgetall(nights_key(org))
        return {_place(name.decode()): Night.read(raw) for name, raw in found.items()}

    def add(self, org: str, place: Place) -> None:
        """Note that a gate is nightly."""
        write(self.redis, ("HSETNX", nights_key(org), ":".join(place), Night().raw()))

    def keep(self, org: str, place: Place, night: Night) -> None:
        write(self.redis, ("HSET", nights_key(org), ":".join(place), night.raw()))

    def drop(self, org: str, place: Place) -> None:
        self.redis.hdel(nights_key(org), ":".join(place))


def nights_key(org: str) -> str:
    return org_key(org, "gate_nights")


def _place(field: str) -> Place:
    kind, _, name = field.partition(":")
    return kind, name
