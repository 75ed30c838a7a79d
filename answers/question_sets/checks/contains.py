"""The check contains."""

from __future__ import annotations

from answers.question_sets.checks import Checked, Verdict, check, shown
from answers.question_sets.checks.values import Texts
from answers.question_sets.texts import folded


@check(Texts())
def contains(wanted: list[str], checked: Checked) -> Verdict:
    """The answer has this text in it, or every text of a list.

    In any script, capital and small letters are the same, so are the digits of all scripts (५ is
    5), the ways to type an accent or a vowel sign, and forms of quotation marks, dashes and spaces.
    """
    found = folded(checked.answered.text)
    missing = [text for text in wanted if folded(text) not in found]
    if missing:
        return Verdict(False, f"the answer lacks {', '.join(map(shown, missing))}")
    return Verdict(True, f"the answer contains {', '.join(map(shown, wanted))}")
