"""A question set as JSON: what PUT takes and GET gives, and what the store keeps of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import orjson

from answers.question_sets.question_set import Case, Json, Judge, QuestionSet, digest_of
from flowhook.errors import Conflict

LETTERS = "bcdfghjkmnpqrstvwxyz"  # no vowels: an id is no word, and to Excel no number
ID_LETTERS = 8
TAG_CHARACTERS = 12
PRETEND = "pretend"


@dataclass(frozen=True, slots=True)
class SetHead:
    """What is known of a question set without its cases.

    `target` and `judge` are as GET gives them; `cases_digest` names the cases as they stand, in
    their order. `by` changed it last, at `updated_at` (ISO time); `bytes` counts its cases' JSON.
    """

    name: str
    target: Json
    judge: Json
    count: int = 0
    bytes: int = 0
    cases_digest: str = ""
    updated_at: str = ""
    by: str = ""

    @property
    def digest(self) -> str:
        """Another one whenever the target, the judge or any case changes."""
        return digest_of([self.target, self.judge, self.cases_digest])

    @property
    def tag(self) -> str:
        """The set's ETag, from which `changed_since` tells what is not the same any more."""
        return ".".join(part[:TAG_CHARACTERS] for part in self._digests)

    def changed_since(self, tag: str) -> list[str]:
        """Which of target, judge and cases changed since `tag` was given; none if nothing did, all
        for a tag of something else."""
        if tag in ("*", self.tag):
            return []
        names = ("target", "judge", "cases")
        parts = tag.split(".")
        if len(parts) != len(names):
            return list(names)
        return [
            name
            for name, before, now in zip(names, parts, self.tag.split("."), strict=True)
            if before != now
        ]

    @property
    def shown(self) -> Json:
        """The set as `GET /question-sets/<org>` lists it."""
        return {
            "name": self.name,
            "target": self.target,
            "cases": self.count,
            "updated_at": self.updated_at,
            "by": self.by,
        }

    @property
    def _digests(self) -> tuple[str, str, str]:
        return digest_of(self.target), digest_of(self.judge), self.cases_digest


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case's place in the order of its set: its id, digest, and bytes of JSON."""

    id: str
    digest: str
    bytes: int


def cases_digest(rows: Iterable[CaseRow]) -> str:
    return digest_of([[row.id, row.digest] for row in rows])


def encoded_case(case: Case) -> tuple[CaseRow, bytes]:
    encoded = orjson.dumps(case_json(case))
    digest = hashlib.sha256(orjson.dumps(case_json(case), option=orjson.OPT_SORT_KEYS))
    return CaseRow(case.id, digest.hexdigest()[:TAG_CHARACTERS], len(encoded)), encoded


def case_tag(case: Case) -> str:
    """The case's ETag."""
    return encoded_case(case)[0].digest


def target_json(asked: QuestionSet) -> Json:
    """The target as GET gives it: a flow's `pretend` stands beside its body."""
    if not asked.flow:
        return {"function": asked.function, "body": dict(asked.body)}
    body = dict(asked.body)
    pretend = {PRETEND: True} if body.pop(PRETEND, False) else {}
    return {"flow": asked.flow, **({"body": body} if body else {}), **pretend}


def body_of(target: Mapping[str, Any]) -> Json:
    """The body of a set with this target."""
    return {**target.get("body", {}), **({PRETEND: True} if target.get(PRETEND) else {})}


def judge_json(judge: Judge) -> Json:
    return {**({"model": judge.model} if judge.model else {}), "minimum": judge.minimum}


def case_json(case: Case) -> Json:
    """A case as PUT takes it; what it lacks is absent."""
    is_question = len(case.turns) == 1 and isinstance(case.turns[0], str)
    found: Json = {"id": case.id}
    found |= {"question": case.turns[0]} if is_question else {"turns": list(case.turns)}
    more = {
        "body": dict(case.body),
        "answer": case.answer,
        "checks": list(case.checks),
        "must": case.must,
    }
    return found | {name: value for name, value in more.items() if value}


def set_of(head: SetHead, cases: Iterable[Case] = ()) -> QuestionSet:
    """The set that was stored under this head."""
    return QuestionSet(
        head.name,
        function=head.target.get("function", ""),
        body=body_of(head.target),
        flow=head.target.get("flow", ""),
        judge=Judge(**head.judge),
        cases=tuple(cases),
    )


def case_of(found: Mapping[str, Any]) -> Case:
    """The case of JSON that `case_json` gave."""
    turns = found["turns"] if "turns" in found else [found["question"]]
    return Case(
        found["id"],
        tuple(turns),
        found.get("body", {}),
        found.get("answer", ""),
        tuple(found.get("checks", ())),
        found.get("must", False),
    )


def with_id(case: Case, taken: Container[str]) -> Case:
    """The case; where it has no id, with one made of what it asks, so that the same question keeps
    its id when its set is sent again.

    >>> one = with_id(Case("", ("Why?",)), ())
    >>> one == with_id(Case("", ("Why?",)), ()), with_id(one, ("x",)) == one
    (True, True)
    >>> with_id(Case("", ("Why?",)), (one.id,)).id == one.id
    False
    """
    return case if case.id else _named(case, taken, _ids(_asked(case)))


def with_ids(cases: Iterable[Case]) -> list[Case]:
    """The cases, each with an id. Raises Conflict for one that two cases have."""
    cases = list(cases)
    given = Counter(case.id for case in cases if case.id)
    twice = [one for one, number in given.items() if number > 1][:5]
    if twice:
        raise Conflict(
            f"two cases have the id {', '.join(twice)}", fix="Give each its own, or none at all."
        )
    taken, done = set(given), []
    ids: dict[str, Iterator[str]] = {}
    for case in cases:
        asked = "" if case.id else _asked(case)
        done.append(_named(case, taken, ids.setdefault(asked, _ids(asked))) if asked else case)
        taken.add(done[-1].id)
    return done


def _named(case: Case, taken: Container[str], ids: Iterable[str]) -> Case:
    return replace(case, id=next(one for one in ids if one not in taken))


def _asked(case: Case) -> str:
    """A digest of what a case asks."""
    return digest_of([list(case.turns), dict(case.body)])


def _ids(asked: str) -> Iterator[str]:
    """The ids of cases that ask this, in the order in which they are taken."""
    return (_id_of([asked, number]) for number in count())


def _id_of(value: Any) -> str:
    number = int(digest_of(value), 16)
    letters = ""
    for _ in range(ID_LETTERS):
        number, place = divmod(number, len(LETTERS))
        letters += LETTERS[place]
    return letters
