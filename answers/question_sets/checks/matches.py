"""The check matches."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2  # type: ignore[import-untyped]
from marshmallow import ValidationError

from answers.question_sets.checks import Checked, Verdict, check, shown
from answers.question_sets.checks.values import PlainText
from answers.question_sets.texts import composed

MAX_PATTERN_CHARACTERS = 500
_MAX_MEMORY = 1 << 20
_MAX_WORK = 200_000_000
"""Bytes of an answer times the instructions of the pattern's program, at worst 20 ns for each."""


class Pattern(PlainText):
    """A regular expression that RE2 runs, in time linear in the answer."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        pattern = str(super()._deserialize(value, attr, data, **kwargs))
        if len(pattern) > MAX_PATTERN_CHARACTERS:
            raise ValidationError(f"is longer than {MAX_PATTERN_CHARACTERS} characters")
        if _compiled(pattern) is None:
            raise ValidationError(
                "must be a regular expression without look-around and back-references (RE2)"
            )
        return pattern


@check(Pattern())
def matches(pattern: str, checked: Checked) -> Verdict:
    """The answer has a place that this regular expression (RE2) matches.

    At most 500 characters, without look-around and back-references. It sees the answer as it was
    written: `(?i)` before it takes capital and small letters as the same, and `^` and `$` hold it
    to the whole. A very large pattern is not looked for in a very long answer, and fails.
    """
    compiled = _compiled(pattern)
    text = composed(checked.answered.text).encode(errors="replace")
    if len(text) * compiled.programsize > _MAX_WORK:
        return Verdict(False, "the answer is too long to look for so large a pattern in it")
    found = compiled.search(text)
    if found is None:
        return Verdict(False, f"nothing in {shown(checked.answered.text)} matches the pattern")
    group = found.group().decode(errors="replace")
    return Verdict(True, f"{shown(group)} matches the pattern")


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    try:
        return re2.compile(composed(pattern), options)
    except (re2.error, UnicodeError):
        return None
