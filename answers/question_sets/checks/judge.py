"""The check judge."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields

from answers.question_sets.checks import Checked, Verdict, check, shown
from answers.question_sets.scores import MOST


class Minimum(fields.Field[int | None]):
    """The least score that passes, 0 to 5; true: the set's own."""

    def __init__(self) -> None:
        super().__init__(allow_none=True)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int | None:
        if value is True:
            return None
        typed = value.strip() if isinstance(value, str) else ""
        number = int(typed) if len(typed) == 1 and typed.isdecimal() else value
        if type(number) is not int or not 0 <= number <= MOST:
            raise ValidationError("must be a whole number from 0 to 5, or true for the set's own")
        return number


@check(Minimum())
def judge(minimum: int | None, checked: Checked) -> Verdict:
    """A model scores the answer, and each score is at least so high, 0 to 5.

    Three rules: true to the reference (the case's `answer`), to the knowledge it had, to its
    prompt; a rule for which there is nothing to compare with is left out. With true, the least
    score is that of the set. Unsure where no judge answered in due form.
    """
    judgement = checked.judgement
    if judgement is None:
        return Verdict(None, "no judge was asked")
    if not judgement.scores:
        return Verdict(None, judgement.why)
    least = checked.minimum if minimum is None else minimum
    low = min(judgement.scores, key=lambda score: score.points)
    if low.points < least:
        found = f"{low.points} of {MOST}, not {least}"
        return Verdict(False, f"true to the {low.rule}: {found}: {shown(low.reason)}")
    points = ", ".join(f"{score.rule} {score.points}" for score in judgement.scores)
    return Verdict(True, f"scores of {MOST}: {points}")
