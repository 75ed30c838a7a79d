"""Values put into code as data.

A variable inside `<%= %>` leaves a placeholder in the source and its value beside it. The
parser only ever sees what the author wrote, so nothing a contact typed can become code, and
one parsed expression serves every value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .numerals import read_number
from .scope import Scope
from .variables import ROOTED, replace

PLACEHOLDER = re.compile("ƒ([0-9]{1,4})ƒ")
MAX_VALUES = 1000


@dataclass(frozen=True, slots=True)
class Spliced:
    """A variable's value: `shown` inside quotes, `bare` outside; `mention` is the variable."""

    bare: Any
    shown: str
    mention: str


def splice(source: str, scope: Scope) -> tuple[str, list[Spliced]]:
    """The source with placeholders for the variables that have a value, and these values."""
    if "@" not in source:
        return source, []
    values: list[Spliced] = []

    def put(value: Any, shown: str, mention: str) -> str:
        if len(values) >= MAX_VALUES:
            return "nil"
        bare = read_bare(value) if isinstance(value, str) else value
        values.append(Spliced(bare, shown, mention))
        return f"ƒ{len(values) - 1}ƒ"

    return replace(source, scope, put), values


def outline(source: str) -> tuple[str, list[Spliced]]:
    """The source as if every variable had a value: what a check at publishing looks at."""
    values: list[Spliced] = []

    def put(match: re.Match[str]) -> str:
        values.append(Spliced(None, match.group(), match.group()))
        return f"ƒ{len(values) - 1}ƒ"

    return ROOTED.sub(put, source), values


def read_bare(text: str) -> Any:
    """What a text is outside quotes: a number, true or false when it is one, else the text."""
    if text in ("true", "false"):
        return text == "true"
    number = read_number(text)
    return text if number is None else number


def name_placeholders(reason: str, values: list[Spliced]) -> str:
    """A reason with the variables' names in the place of their placeholders."""

    def name(match: re.Match[str]) -> str:
        index = int(match.group(1))
        return values[index].mention if index < len(values) else match.group()

    return PLACEHOLDER.sub(name, reason) if values else reason
