"""Tells whether an answer passes: by the checks of its case, and by a judge where one wants it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from answers.question_sets.checking import passed, run_checks, wants_judge
from answers.question_sets.question_set import Case, QuestionSet
from answers.question_sets.scores import Judgement
from answers.question_sets.target import OK, Answered
from flowhook.organisations.organisation import Organisation

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verified:
    """The verdict of one answer; `passed` is None where it is unsure.

    `checks` are as the API shows them. `tokens` and `cost` (US dollars, None where no price is
    known) are the judge's, and `status` is the error type that the judge met; with
    `retry_after_seconds` it was not asked, since a limit was reached.
    """

    passed: bool | None
    checks: tuple[Json, ...] = field(default=(), repr=False)
    judgement: Json | None = field(default=None, repr=False)
    tokens: int = 0
    cost: float | None = 0.0
    retry_after_seconds: float | None = None
    status: str = OK


class Judging(Protocol):
    """Has a model score an answer."""

    def __call__(
        self, organisation: Organisation, asked: QuestionSet, case: Case, answered: Answered
    ) -> Judgement: ...


class Verify(Protocol):
    """Tells whether an answer passes."""

    def __call__(
        self, organisation: Organisation, asked: QuestionSet, case: Case, answered: Answered
    ) -> Verified: ...


class Verifier:
    """The `Verify` of question sets."""

    def __init__(self, judging: Judging | None = None) -> None:
        self.judging = judging

    def __call__(
        self, organisation: Organisation, asked: QuestionSet, case: Case, answered: Answered
    ) -> Verified:
        judgement = None
        if self.judging is not None and answered.status == OK and wants_judge(case):
            judgement = self.judging(organisation, asked, case, answered)
            if judgement.retry_after_seconds is not None:
                return Verified(
                    None,
                    retry_after_seconds=judgement.retry_after_seconds,
                    status=judgement.status,
                )
        minimum = asked.judge.minimum
        results = run_checks(case, answered, judgement=judgement, minimum=minimum)
        checks = tuple(result.as_dict() for result in results)
        if judgement is None:
            return Verified(passed(results), checks)
        tokens = judgement.input_tokens + judgement.output_tokens
        cost = judgement.cost if tokens else 0.0
        later, status = judgement.retry_after_seconds, judgement.status
        told = judgement.as_dict()
        return Verified(passed(results), checks, told, tokens, cost, later, status)
