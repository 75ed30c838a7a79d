"""The check one_of."""

from __future__ import annotations

from answers.question_sets.checks import Checked, Verdict, check, shown
from answers.question_sets.checks.values import Choices
from answers.question_sets.texts import folded


@check(Choices())
def one_of(wanted: list[str], checked: Checked) -> Verdict:
    """The answer is one of these texts, and nothing else.

    Texts are compared like those of `contains`.
    """
    found = checked.answered.text
    if folded(found) in map(folded, wanted):
        return Verdict(True, f"the answer is {shown(found)}")
    return Verdict(False, f"the answer is {shown(found)}, none of {', '.join(map(shown, wanted))}")
