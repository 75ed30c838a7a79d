"""The checks that an answer has to pass, each one module with a function under its wire name.

A check gets its value, as its field has read it, and what came of the case. Its docstring is its
page: the first sentence says what passes.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from marshmallow import fields

from answers.question_sets.question_set import Case
from answers.question_sets.scores import Judgement
from answers.question_sets.target import Answered
from flowhook.registry import Registry

MAX_SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a check passed (None: unsure), and what was found and wanted, in a few words.

    `why` may quote the answer: it is for those who read the run, never for a log.
    """

    passed: bool | None
    why: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check looks at. `judgement` is None where no judge was asked, and `minimum` the least
    score that passes where the check names none."""

    case: Case
    answered: Answered
    judgement: Judgement | None = None
    minimum: int = 4


CheckFunction = Callable[[Any, Checked], Verdict]


@dataclass(frozen=True, slots=True)
class CheckType:
    """A registered check: `field` reads its value, `of_flows` is one that only flows can pass."""

    name: str
    call: CheckFunction
    field: fields.Field[Any]
    of_flows: bool = False

    @property
    def page(self) -> str:
        return inspect.getdoc(self.call) or ""


CHECKS: Registry[CheckType] = Registry("check")


def check(
    field: fields.Field[Any], *, of_flows: bool = False
) -> Callable[[CheckFunction], CheckFunction]:
    """Register a check under its function's name."""

    def register(function: CheckFunction) -> CheckFunction:
        name = function.__name__
        CHECKS.add(name, CheckType(name, function, field, of_flows), function)
        return function

    return register


def shown(value: Any) -> str:
    """A value as a verdict quotes it: one line, and the beginning of a long one; as JSON where it
    is no text.

    >>> shown("Sow\\n wheat"), shown("a" * 100)[-4:], shown([{"मई": True}, 5.0, None])
    ('“Sow wheat”', 'aa…”', '[{"मई": true}, 5.0, null]')
    >>> len(shown(list(range(100))))
    80
    """
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    line = " ".join(text.split())
    if len(line) > MAX_SHOWN_CHARACTERS:
        line = line[: MAX_SHOWN_CHARACTERS - 1] + "…"
    return f"“{line}”" if isinstance(value, str) else line
