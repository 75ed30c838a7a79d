"""The check found."""

from __future__ import annotations

from marshmallow import fields

from answers.question_sets.checks import Checked, Verdict, check


@check(fields.Boolean())
def found(wanted: bool, checked: Checked) -> Verdict:
    """The documents held the answer, or with false: they did not.

    For functions that answer from knowledge, whose result `found` it looks at.
    """
    was_found = checked.answered.found
    if was_found is None:
        return Verdict(False, "the answer does not say whether it was found in the documents")
    if was_found:
        return Verdict(wanted, "the answer was found in the documents")
    return Verdict(not wanted, "the answer was not found in the documents")
