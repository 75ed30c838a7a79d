"""The check not_contains."""

from __future__ import annotations

from answers.question_sets.checks import Checked, Verdict, check, shown
from answers.question_sets.checks.values import Texts
from answers.question_sets.texts import folded


@check(Texts())
def not_contains(unwanted: list[str], checked: Checked) -> Verdict:
    """The answer has neither this text in it, nor any text of a list.

    Texts are compared like those of `contains`.
    """
    found = folded(checked.answered.text)
    there = [text for text in unwanted if folded(text) in found]
    if there:
        return Verdict(False, f"the answer contains {', '.join(map(shown, there))}")
    return Verdict(True, f"the answer lacks {', '.join(map(shown, unwanted))}")
