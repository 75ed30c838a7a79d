"""Insert values into code as data.

A variable inside `<%= %>` leaves a placeholder in the source, with its value kept separately.
The parser only sees what the author wrote, so nothing that a contact typed can become code,
and one parsed expression serves every value.
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
    """Replace the variables that have a value by placeholders; return the source and the values."""
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
    """Replace every variable by a placeholder, as the check on publishing needs it."""
    values: list[Spliced] = []

    def put(match: re.Match[str]) -> str:
        values.append(Spliced(None, match.group(), match.group()))
        return f"ƒ{len(values) - 1}ƒ"

    return ROOTED.sub(put, source), values


def read_bare(text: str) -> Any:
    """Read a text outside quotes: a number, true or false if it is one, else the text itself."""
    if text in ("true", "false"):
        return text == "true"
    number = read_number(text)
    return text if number is None else number


def name_placeholders(reason: str, values: list[Spliced]) -> str:
    """A reason with its placeholders replaced by the names of the variables."""

    def name(match: re.Match[str]) -> str:
        index = int(match.group(1))
        return values[index].mention if index < len(values) else match.group()

    return PLACEHOLDER.sub(name, reason) if values else reason
