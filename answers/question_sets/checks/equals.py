"""The check equals."""

from __future__ import annotations

from typing import Any

from answers.question_sets.checks import Checked, Verdict, check, shown
from answers.question_sets.checks.values import AnyJson
from answers.question_sets.texts import folded, is_json_text, json_of, same_json
from flowhook.strict_json import UnreadableJson


@check(AnyJson())
def equals(wanted: Any, checked: Checked) -> Verdict:
    """The answer is this text, or this JSON, and nothing else.

    Texts are compared like those of `contains`. An object, a list, a number, true or false is
    compared with the answer as JSON, in any order of its keys; so is a text that is such an object
    or list.
    """
    answer = checked.answered.answer
    if isinstance(wanted, str) and not is_json_text(wanted):
        found = checked.answered.text
        same = folded(found) == folded(wanted)
    else:
        try:
            found = json_of(answer)
        except UnreadableJson:
            return Verdict(False, f"the answer is not JSON: {shown(checked.answered.text)}")
        same = same_json(json_of(wanted), found)
    if same:
        return Verdict(True, f"the answer is {shown(wanted)}")
    return Verdict(False, f"the answer is {shown(found)}, not {shown(wanted)}")
