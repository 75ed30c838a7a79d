"""A check's value as a cell of a spreadsheet, and back.

Texts stand as they are, several of a list each on a line of its own, objects and lists as JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from marshmallow import ValidationError

from answers.question_sets.checks import CheckType
from answers.question_sets.checks.values import AnyJson, PlainText, Texts
from flowhook.strict_json import UnreadableJson, read_value


def read_cell(kind: CheckType, text: str) -> Any:
    """The value of a check in a cell. Raises ValidationError."""
    refusal: ValidationError | None = None
    for value in _readings(kind, text):
        try:
            kind.field.deserialize(value)
        except ValidationError as error:
            refusal = refusal or error
        else:
            return value
    raise refusal or ValidationError("is empty")


def written_cell(kind: CheckType, value: Any) -> str | None:
    """The cell that `read_cell` reads as this value; None where there is none."""
    text = _written(value)
    if "\r" in text or not text.strip():
        return None  # a spreadsheet has one kind of line break
    try:
        found = read_cell(kind, text)
    except ValidationError:
        return None
    return text if is_same(found, value) else None


def is_same(one: Any, other: Any) -> bool:
    """Whether two JSON values are written alike: 1 is not true."""
    return orjson.dumps(one) == orjson.dumps(other)


def _readings(kind: CheckType, text: str) -> Iterator[Any]:
    """What a cell may mean, the likeliest first."""
    field = kind.field
    if isinstance(field, PlainText):
        yield text
        return
    yield from _as_json(text)
    if isinstance(field, Texts):
        lines = [line for line in text.split("\n") if line.strip()]
        yield lines if len(lines) > 1 else text
        yield lines
    elif isinstance(field, AnyJson):
        yield text
    else:
        yield from _typed(text.strip())


def _as_json(text: str) -> Iterator[Any]:
    if text.lstrip()[:1] in ("{", "["):
        try:
            yield read_value(text)
        except UnreadableJson:
            return


def _typed(text: str) -> Iterator[Any]:
    """A number, true or false, as a spreadsheet writes them, in any case and any digits."""
    if text.casefold() in ("true", "false"):
        yield text.casefold() == "true"
    elif text.isdecimal() and len(text) <= 9:
        yield int(text)
    yield text


def _written(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value) and len(value) > 1:
        return "\n".join(value)
    return orjson.dumps(value).decode()
