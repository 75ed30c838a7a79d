"""Values as they are typed into forms, by kind of field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from flowhook.strict_json import UnreadableJson, read_value

SWITCH, CHOICE, NUMBER, SECRET = "switch", "choice", "number", "secret"
TEXT, AREA, LINES, PAIRS, JSON = "text", "area", "lines", "pairs", "json"
SCALARS = "scalars"  # pairs whose values may be numbers and booleans
NUMBERS = "numbers"  # whole ones, one on each line
CHECKS = "checks"  # those chosen of a list, a box each
ROWS = "rows"  # objects, each under a name: one row of fields each
GROUP = "group"  # an object with fields of its own
TEXTS = "texts"  # texts of several lines, each under a name


def read_text(kind: str, text: str) -> Any:
    text = text if kind in (TEXT, AREA, CHOICE) else text.strip()
    if not text.strip():
        return None
    if kind == NUMBER:
        return _number(text)
    if kind in (LINES, CHECKS):
        return [line.strip() for line in text.splitlines() if line.strip()]
    if kind == NUMBERS:
        return [_number(one) for one in text.replace(",", " ").split()]
    if kind == PAIRS:
        return _read_pairs(text)
    if kind == SCALARS:
        return {name: _read_scalar(value) for name, value in _read_pairs(text).items()}
    if kind == JSON:
        try:
            return read_value(text)
        except UnreadableJson:
            return text  # which the schema checks
    return text if kind == AREA else text.strip()


def _read_pairs(text: str) -> dict[str, str]:
    """Read pairs written as `old = new`, one on each line."""
    lines = [line.partition("=") for line in text.splitlines() if line.strip()]
    return {name.strip(): value.strip() for name, _, value in lines}


def faults_of_pairs(text: str) -> Iterator[tuple[str, bool]]:
    """The lines without a `=`, and the names that stand there a second time (then True).

    >>> list(faults_of_pairs("a = 1\\nb\\na = 2"))
    [('b', False), ('a', True)]
    """
    seen = set()
    for line in filter(str.strip, text.splitlines()):
        name, sign, _ = map(str.strip, line.partition("="))
        if not sign or name in seen:
            yield name, bool(sign)
        seen.add(name)


def _read_scalar(text: str) -> Any:
    """A value as it is written beside its name: a number, true, false, or else a text.

    >>> _read_scalar("2.5"), _read_scalar("true"), _read_scalar('"12"'), _read_scalar("1800 123")
    (2.5, True, '12', '1800 123')
    """
    try:
        value = read_value(text)
    except UnreadableJson:
        return text
    return value if isinstance(value, str | int | float) else text


def _shown_scalar(value: Any) -> str:
    """A value as `_read_scalar` reads it; a text only in quotes where it needs them.

    >>> _shown_scalar(True), _shown_scalar("12"), _shown_scalar("1800 123"), _shown_scalar("a\\nb")
    ('true', '"12"', '1800 123', '"a\\\\nb"')
    """
    written = orjson.dumps(value).decode()
    if not isinstance(value, str):
        return written
    is_plain = value == value.strip() and len(value.splitlines()) == 1
    return value if is_plain and _read_scalar(value) == value else written


def _number(text: str) -> Any:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def shown_text(kind: str, value: Any) -> str:
    if value is None:
        return ""
    if kind == SWITCH:
        return "on" if value else ""
    if kind in (LINES, CHECKS, NUMBERS) and isinstance(value, list):
        return "\n".join(str(line) for line in value)
    if kind == PAIRS and isinstance(value, Mapping):
        return "\n".join(f"{name} = {new}" for name, new in value.items())
    if kind == SCALARS and isinstance(value, Mapping):
        return "\n".join(f"{name} = {_shown_scalar(one)}" for name, one in value.items())
    if kind in (JSON, ROWS, GROUP, TEXTS) and not isinstance(value, str):
        return pretty(value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def pretty(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode()
