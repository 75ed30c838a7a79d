"""Reads the checks of a case, and runs them over its answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from marshmallow import ValidationError

from answers.question_sets.checks import CHECKS, Checked, CheckType, shown
from answers.question_sets.question_set import Case, Json
from answers.question_sets.scores import Judgement
from answers.question_sets.target import OK, Answered
from flowhook.registry import Registry, load

MAX_CHECKS = 50
STATUS = "status"
JUDGE = "judge"


@dataclass(frozen=True, slots=True)
class Check:
    """A check of a case: its kind, and its value as its field has read it."""

    kind: CheckType
    value: Any


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What came of one check; `passed` is None where that is unsure."""

    check: str
    passed: bool | None
    why: str

    def as_dict(self) -> dict[str, Any]:
        """As GET of a run shows it: `passed` is true, false or "unsure"."""
        return asdict(self) | {"passed": "unsure" if self.passed is None else self.passed}


@cache
def load_checks() -> Registry[CheckType]:
    """Import answers/question_sets/checks whole."""
    load("answers.question_sets.checks")
    return CHECKS


def read_checks(raw: Any) -> list[Check]:
    """Read checks as they came: a list of objects, each with the one key that names its check.

    Raises marshmallow's ValidationError, whose messages name the place and the check.
    """
    if not isinstance(raw, list | tuple):
        raise ValidationError('must be a list of checks, each like {"contains": "wheat"}')
    if len(raw) > MAX_CHECKS:
        raise ValidationError(f"are {len(raw)} checks; a case has at most {MAX_CHECKS}")
    read, wrong = [], {}
    for place, one in enumerate(raw):
        try:
            read.append(_read(one))
        except ValidationError as error:
            wrong[place] = error.messages
    if wrong:
        raise ValidationError(wrong)
    return read


def only_of_flows(checks: Sequence[Json]) -> dict[int, Any]:
    """What to tell of those that only flows can pass, in a set that asks a function, by place."""
    kinds = load_checks()
    return {
        place: {name: ["is a check for flows, and this set asks a function"]}
        for place, one in enumerate(checks)
        for name in one
        if (kind := kinds.find(name)) and kind.of_flows
    }


def _read(one: Any) -> Check:
    if not isinstance(one, dict) or len(one) != 1:
        raise ValidationError('must be an object with one check, like {"contains": "wheat"}')
    ((name, value),) = one.items()
    known = load_checks()
    kind = known.find(name)
    if kind is None:
        near = known.nearest(str(name)) or known.names()
        raise ValidationError({str(name)[:64]: [f"is no check; there are {', '.join(near)}"]})
    try:
        return Check(kind, kind.field.deserialize(value))
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from None


def wants_judge(case: Case) -> bool:
    """Whether a check of the case asks a model to score the answer."""
    return any(JUDGE in one for one in case.checks)


def run_checks(
    case: Case, answered: Answered, *, judgement: Judgement | None = None, minimum: int = 4
) -> list[CheckResult]:
    """Run a case's checks over its answer, in order.

    An error that no `status` check expects is a failed check `status`, and the only one: there is
    no answer to look at. Without any check, a case passes if it was answered.
    """
    checks = read_checks(case.checks)
    if answered.status != OK and not any(one.kind.name == STATUS for one in checks):
        reason = f"the call ended with {answered.status}: {shown(answered.error)}"
        return [CheckResult(STATUS, False, reason)]
    looked_at = Checked(case, answered, judgement, minimum)
    return [_result(one, looked_at) for one in checks]


def _result(one: Check, looked_at: Checked) -> CheckResult:
    verdict = one.kind.call(one.value, looked_at)
    return CheckResult(one.kind.name, verdict.passed, verdict.why)


def passed(results: Iterable[CheckResult]) -> bool | None:
    """Whether a case passed: every check did. None, unsure, where none failed but one is unsure."""
    return passed_of([result.passed for result in results])


def passed_of(each: Sequence[bool | None]) -> bool | None:
    """The whole of what must all pass.

    >>> passed_of([]), passed_of([True, None]), passed_of([None, False])
    (True, None, False)
    """
    if False in each:
        return False
    return None if None in each else True
