"""The check max_characters."""

from __future__ import annotations

from answers.question_sets.checks import Checked, Verdict, check
from answers.question_sets.checks.values import Most
from flowhook.graphemes import graphemes


@check(Most(100_000))
def max_characters(most: int, checked: Checked) -> Verdict:
    """The answer has at most so many characters, as a reader counts them.

    A letter with its vowel signs is one (की), and so is an emoji. All messages of a flow together.
    """
    count = sum(len(graphemes(text)) for text in checked.answered.messages)
    if count > most:
        return Verdict(False, f"the answer has {count} characters, more than {most}")
    return Verdict(True, f"the answer has {count} of at most {most} characters")
