"""The checks of an organisation's prompts and flows in Redis: those that run, and the last ones.

One hash for each organisation: a prompt or flow (`prompt:<name>`) to a JSON list of its checks,
the newest first. At most the newest is running.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
from redis.exceptions import WatchError

from answers.gates.check import REPLACED, GateCheck
from answers.gates.gate import Json
from flowhook.errors import NotFound
from flowhook.redis.keys import gone_key, org_key

KEPT = 5  # checks of a prompt or flow

Place = tuple[str, str]
"""The kind and name of what is checked."""


class GateCheckStore:
    def __init__(self, redis: Any, now: Callable[[], str]) -> None:
        """`now` gives the time in ISO form."""
        self.redis = redis
        self.now = now

    def checks(self, org: str, place: Place) -> list[GateCheck]:
        """The last checks of a prompt or flow, newest first."""
        return _read(self.redis.hget(checks_key(org), _field(place)))

    def running(self, org: str) -> list[tuple[Place, GateCheck]]:
        """The checks that are not over."""
        found = []
        for raw, stored in self.redis.hgetall(checks_key(org)).items():
            kind, _, name = raw.decode().partition(":")
            newest = _read(stored)[:1]
            found += [((kind, name), check) for check in newest if not check.is_over]
        return found

    def begin(self, org: str, place: Place, check: GateCheck) -> GateCheck | None:
        """Store a check, running or over; gives the one that it replaced, if any was running, whose
        runs it has begun from then on as far as it waits for them."""

        def change(held: list[GateCheck]) -> list[GateCheck]:
            begun = [run for one in held[:1] if not one.is_over for run in one.started]
            taken = tuple(run for run in begun if run in check.runs.values())
            return [
                replace(check, started=(*check.started, *taken)),
                *self._replaced(held, AGAIN),
            ]

        return self._change(org, place, change)

    def replace(self, org: str, place: Place, why: str) -> GateCheck | None:
        """End the check that runs, if any does, since it was overtaken."""
        return self._change(org, place, lambda held: self._replaced(held, why))

    def end(self, org: str, place: Place, ended: GateCheck) -> bool:
        """Store how a check ended; returns whether it was still running."""

        def change(held: list[GateCheck]) -> list[GateCheck]:
            is_running = bool(held) and held[0].id == ended.id and not held[0].is_over
            return [ended, *held[1:]] if is_running else held

        return self._change(org, place, change) is not None

    def is_running(self, org: str, place: Place, check: GateCheck) -> bool:
        held = self.checks(org, place)
        return bool(held) and held[0].id == check.id and not held[0].is_over

    def _replaced(self, held: list[GateCheck], why: str) -> list[GateCheck]:
        return [
            check if check.is_over else check.ended(REPLACED, self.now(), why) for check in held
        ]

    def _change(
        self, org: str, place: Place, change: Callable[[list[GateCheck]], list[GateCheck]]
    ) -> GateCheck | None:
        """Change the checks of a place in one transaction; gives the one that ran before, if it
        was changed. Raises NotFound where the organisation was deleted."""
        key, field = checks_key(org), _field(place)
        while True:
            with self.redis.pipeline(transaction=True) as pipe:
                pipe.watch(key, gone_key(org))
                if pipe.exists(gone_key(org)):
                    raise NotFound("this organisation was deleted")
                held = _read(pipe.hget(key, field))
                wanted = change(held)
                if wanted == held:
                    return None
                pipe.multi()
                pipe.hset(key, field, orjson.dumps([one.as_dict() for one in wanted[:KEPT]]))
                try:
                    pipe.execute()
                except WatchError:
                    continue
                return next((check for check in held[:1] if not check.is_over), None)


AGAIN = "it was asked to go live again"


def checks_key(org: str) -> str:
    return org_key(org, "gate_checks")


def _field(place: Place) -> str:
    return ":".join(place)


def _read(stored: bytes | None) -> list[GateCheck]:
    listed: list[Json] = orjson.loads(stored) if stored else []
    return [GateCheck.read(one) for one in listed]
