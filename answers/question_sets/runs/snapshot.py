"""The question set of a run as it was when the run began, so that nobody changes it meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from answers.question_sets.question_set import Case, Judge, QuestionSet
from answers.question_sets.runs.sealed_json import SealedJson
from flowhook.batches import batches
from flowhook.errors import NotFound
from flowhook.organisations.cipher import Cipher
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key

CASES_AT_ONCE = 20  # sealed together: a page of a large run opens few of them
PIECES_AT_ONCE = 100
HEAD = "head"


class Snapshots:
    """Question sets in Redis, one for each run."""

    def __init__(self, redis: Any, cipher: Cipher) -> None:
        self.redis = redis
        self.sealed = SealedJson(cipher)

    def keep(self, org: str, run_id: str, asked: QuestionSet, seconds: int) -> int:
        """Store the set for so long; returns its bytes. Raises NotFound where the organisation was
        deleted."""
        key, held = snapshot_key(org, run_id), 0
        head = asdict(replace(asked, cases=())) | {"ids": [case.id for case in asked.cases]}
        pieces: list[tuple[str | int, Any]] = [(HEAD, head)]
        pieces += enumerate(batches(map(asdict, asked.cases), CASES_AT_ONCE))
        for name, piece in pieces:
            sealed = self.sealed.seal(org, _name(run_id, name), piece)
            held += len(sealed)
            if not write(self.redis, ("HSET", key, str(name), sealed), ("EXPIRE", key, seconds)):
                raise NotFound("this organisation was deleted")
        return held

    def head(self, org: str, run_id: str) -> tuple[QuestionSet, list[str]]:
        """The set without its cases, and their ids in order. Raises NotFound."""
        sealed = self.redis.hget(snapshot_key(org, run_id), HEAD)
        if sealed is None:
            raise NotFound("the cases of this run are not kept any more")
        head = self.sealed.open(org, _name(run_id, HEAD), sealed)
        ids = head.pop("ids")
        return QuestionSet(**{**head, "judge": Judge(**head["judge"]), "cases": ()}), ids

    def cases(self, org: str, run_id: str, places: Iterable[int]) -> dict[int, Case]:
        """The cases at these places of the order, in order."""
        wanted = sorted(set(places))
        found: dict[int, Mapping[str, Any]] = {}
        for some in batches(sorted({place // CASES_AT_ONCE for place in wanted}), PIECES_AT_ONCE):
            held = self.redis.hmget(snapshot_key(org, run_id), *map(str, some))
            for number, sealed in zip(some, held, strict=True):
                cases = self.sealed.open(org, _name(run_id, number), sealed) if sealed else []
                found |= dict(enumerate(cases, start=number * CASES_AT_ONCE))
        return {place: _read_case(found[place]) for place in wanted if place in found}

    def whole(self, org: str, run_id: str) -> QuestionSet:
        """The set with all its cases. Raises NotFound."""
        asked, ids = self.head(org, run_id)
        return replace(asked, cases=tuple(self.cases(org, run_id, range(len(ids))).values()))


def snapshot_key(org: str, run_id: str) -> str:
    return org_key(org, "run", run_id, "cases")


def _name(run_id: str, piece: str | int) -> str:
    return f"run cases {run_id} {piece}"


def _read_case(stored: Mapping[str, Any]) -> Case:
    return Case(**{**stored, "turns": tuple(stored["turns"]), "checks": tuple(stored["checks"])})
