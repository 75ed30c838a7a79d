"""The check language."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from answers.question_sets.checks import Checked, Verdict, check
from answers.question_sets.checks.values import PlainText
from answers.question_sets.languages import LANGUAGES, named, told


class Language(PlainText):
    """A language's name or code, in any case."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        name = named(str(super()._deserialize(value, attr, data, **kwargs)))
        if name is None:
            raise ValidationError(f"is no language that can be told; those are {_list()}")
        return name


def _list() -> str:
    return ", ".join(LANGUAGES)


@check(Language())
def language(wanted: str, checked: Checked) -> Verdict:
    """The answer is in this language: its name or code, like Hindi or hi.

    Told by script and words, without asking anybody. Hinglish is Hindi in Latin letters, mixed with
    English or not; Hindi is in Devanagari.
    """
    found = told(checked.answered.text)
    if found is None:
        return Verdict(False, f"the answer's language cannot be told; {wanted} is wanted")
    if found != wanted:
        return Verdict(False, f"the answer is in {found}, not in {wanted}")
    return Verdict(True, f"the answer is in {wanted}")
