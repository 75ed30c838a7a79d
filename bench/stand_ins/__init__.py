"""Stand-ins for a model: they answer by what a prompt says, rule by rule, and by nothing else.

A stand-in reads the text of its prompt anew for each answer: a rule that is not there is not kept,
a row that is gone is not known. Its model's name says what it does otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from answers.question_sets.question_set import Case
from answers.question_sets.target import Answered

Json = dict[str, Any]
STEADY = "steady"


@dataclass(frozen=True)
class Setup:
    """What is changed: a prompt's text, the model, a flow in its short form."""

    prompt: str
    model: str = STEADY
    flow: Json | None = None


@dataclass(frozen=True)
class Subject:
    """Something with a question set: how it is set up, its 40 cases, and who answers them."""

    name: str
    setup: Setup
    cases: tuple[Case, ...]
    ask: Callable[[Setup, Case, bool], Answered]
    """Answer a case; with true, the model slips where it is asked."""


@dataclass(frozen=True)
class Regression:
    """A change that somebody makes, which makes some cases fail."""

    name: str
    subject: Subject
    edit: Callable[[Setup], Setup]


def without(piece: str) -> Callable[[Setup], Setup]:
    """Drop the line of the prompt that begins with `piece`."""
    return _edit(re.compile(rf"^{re.escape(piece)}.*\n", re.MULTILINE), "")


def instead(piece: str, other: str) -> Callable[[Setup], Setup]:
    """Put `other` in the place of `piece` in the prompt."""
    return _edit(re.compile(re.escape(piece)), other)


def model(name: str) -> Callable[[Setup], Setup]:
    """Have another model answer."""
    return lambda setup: replace(setup, model=name)


def _edit(pattern: re.Pattern[str], other: str) -> Callable[[Setup], Setup]:
    def edit(setup: Setup) -> Setup:
        changed, count = pattern.subn(lambda _: other, setup.prompt)
        assert count == 1, f"{pattern.pattern} is there {count} times"
        return replace(setup, prompt=changed)

    return edit


def table_of(prompt: str) -> list[Mapping[str, str]]:
    """The rows of a prompt's table by the names of its columns.

    >>> table_of("Know:\\n| crop | seed |\\n| rice | 6 kg |\\n")
    [{'crop': 'rice', 'seed': '6 kg'}]
    """
    lines = [line for line in prompt.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(cells[0], row, strict=False)) for row in cells[1:]] if cells else []


def said(answer: Any, text: str) -> Answered:
    return Answered(answer, (text,) if text else ())
