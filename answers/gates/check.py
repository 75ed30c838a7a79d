"""A check of versions that are to go live, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from answers.gates.gate import Json, Live

CHECKING = "checking"
PASSED = "passed"
REFUSED = "refused"
FAILED = "failed"  # it could not be told
REPLACED = "replaced"  # by another wish to go live
STATUSES = (CHECKING, PASSED, REFUSED, FAILED, REPLACED)


@dataclass(frozen=True, slots=True)
class GateCheck:
    """What is to go live (`wanted`, by `by`), and on which evidence.

    `subject` is the id that the prompt or flow had, `digest` that of its question set, and
    `against` the version that was live. `runs` has a run for each version that is compared, and
    `started` those of them that this check began. `cases` says what is wrong with which.
    """

    id: str
    subject: str
    question_set: str
    digest: str
    wanted: Live
    against: int | None
    runs: Mapping[int, str]
    by: str
    at: str
    started: tuple[str, ...] = ()
    status: str = CHECKING
    ended_at: str = ""
    why: str = ""
    cases: Mapping[str, str] = field(default_factory=dict)

    @property
    def new(self) -> list[int]:
        """The versions that are compared with the live one."""
        return [number for number in sorted(self.runs) if number != self.against]

    @property
    def found(self) -> list[str]:
        """The runs that were there when it began."""
        return [run for run in self.runs.values() if run not in self.started]

    @property
    def is_over(self) -> bool:
        return self.status != CHECKING

    def ended(
        self, status: str, at: str, why: str = "", cases: Mapping[str, str] | None = None
    ) -> GateCheck:
        return replace(self, status=status, ended_at=at, why=why, cases=cases or {})

    def as_dict(self) -> Json:
        stored = {name: getattr(self, name) for name in GateCheck.__slots__}
        keyed = {name: _by_text(stored[name]) for name in ("wanted", "runs")}
        return {**stored, **keyed, "started": list(self.started), "cases": dict(self.cases)}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> GateCheck:
        """A check as `as_dict` gave it, perhaps in a later release."""
        known = {name: stored[name] for name in cls.__slots__ if name in stored}
        keyed = {name: _by_number(stored[name]) for name in ("wanted", "runs")}
        return cls(**{**known, **keyed, "started": tuple(stored.get("started", ()))})

    def shown(self) -> Json:
        """The check as the API shows it; `run_id` is of the first version that is to go live."""
        return {
            "status": self.status,
            "run_id": next((self.runs[number] for number in self.new), None),
            "versions": _by_text(self.wanted),
            "runs": _by_text(self.runs),
            "against": self.against,
            "cases": list(self.cases),
            "at": self.ended_at or self.at,
            "by": self.by,
            "why": self.why,
        }


def _by_text(numbered: Mapping[int, Any]) -> Json:
    return {str(number): value for number, value in numbered.items()}


def _by_number(stored: Mapping[str, Any]) -> dict[int, Any]:
    return {int(number): value for number, value in stored.items()}
