"""The check reaches."""

from __future__ import annotations

from answers.question_sets.checks import Checked, Verdict, check, shown
from answers.question_sets.checks.values import PlainText
from answers.question_sets.texts import folded

MIN_BEGINNING = 4
"""Characters of a node's UUID that name it, as the issues of a flow do."""


@check(PlainText(), of_flows=True)
def reaches(wanted: str, checked: Checked) -> Verdict:
    """The flow comes to this node (its UUID, or the first part of it) or takes this category."""
    sought = folded(wanted)
    reached = sorted(map(folded, checked.answered.reached))
    if any(one == sought or _begins(sought, one) for one in reached):
        return Verdict(True, f"the flow reaches {shown(wanted)}")
    return Verdict(False, f"the flow never reaches {shown(wanted)}")


def _begins(sought: str, reached: str) -> bool:
    """Whether it is the beginning of a node's UUID.

    >>> _begins("481a", "481a22f0-9d7c-4a3f-8f5e-0b6b2f3a4c5d"), _begins("ye s", "yes")
    (True, False)
    """
    is_node = len(reached) == 36 and reached.count("-") == 4
    return is_node and len(sought) >= MIN_BEGINNING and reached.startswith(sought)
