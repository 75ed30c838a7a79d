"""Reads all JSON that this service did not write itself.

It is bounded in depth and number of values. What can be mended is (`mended_json.py`), and costs
only those who need it; anything else is refused with its place and what is there.
"""

from __future__ import annotations

from typing import Any

import orjson

from flowhook.errors import InvalidJson
from flowhook.mended_json import mended, reads_wrongly

MAX_DEPTH = 64
MAX_VALUES = 100_000  # in 1 MiB; some 10 ms to parse
PARSER_DEPTH = 1024  # orjson refuses what is nested deeper

# Around a text, these leave MAX_DEPTH of the parser's levels: it refuses what is deeper, and
# nothing here has to look at each bracket.
_FILLING = PARSER_DEPTH - MAX_DEPTH
_BEFORE, _AFTER = b"[" * _FILLING, b"]" * _FILLING


class UnreadableJson(ValueError):
    """What cannot be read as JSON; says why, without a word of it."""


class NotJson(UnreadableJson):
    """What is no JSON; says what is where."""


class Unbounded(UnreadableJson):
    """JSON that is nested too deep or holds too many values; says which."""


def read_json(
    raw: bytes, most_values: int = MAX_VALUES, *, what: str = "the body"
) -> dict[str, Any]:
    """Parse the JSON object in a body; raises InvalidJson, which calls the body `what`."""
    if not raw.strip():
        raise InvalidJson(f"{what} is empty")
    try:
        body = read_value(raw, most_values)
    except UnreadableJson as refusal:
        raise InvalidJson(f"{what} is {refusal}") from None
    if not isinstance(body, dict):
        raise InvalidJson(f"{what} is JSON, but no object")
    return body


def read_value(written: str | bytes, most_values: int = MAX_VALUES) -> Any:
    """Parse any JSON of at most MAX_DEPTH levels.

    Unpaired halves of characters become U+FFFD, byte order marks and NUL characters are left out,
    and whole numbers beyond 64 bits become texts. Commas and brackets inside texts count as values.
    Raises NotJson and Unbounded.
    """
    raw = written.encode("utf-8", "surrogatepass") if isinstance(written, str) else written
    brackets = raw.count(b"[") + raw.count(b"{")
    if len(raw) > most_values and brackets + raw.count(b",") > most_values:
        raise Unbounded(f"longer than {most_values} values")
    try:
        if not reads_wrongly(raw):
            return _parse(raw, brackets)
    except orjson.JSONDecodeError:
        pass  # it may be mendable
    return _read_mended(mended(raw), brackets)


def _read_mended(raw: bytes, brackets: int) -> Any:
    try:
        return _parse(raw, brackets)
    except orjson.JSONDecodeError as error:
        raise NotJson(f"not JSON: {_fault(raw, error)}") from None


def _parse(raw: bytes, brackets: int) -> Any:
    if brackets <= MAX_DEPTH:
        return orjson.loads(raw)
    try:
        filled = orjson.loads(_BEFORE + raw + _AFTER)
    except orjson.JSONDecodeError as error:
        if error.msg.startswith("depth limit"):
            raise Unbounded(f"nested deeper than {MAX_DEPTH} levels") from None
        return orjson.loads(raw)  # raises with the right place
    for _ in range(_FILLING):
        if len(filled) != 1:  # such as `{}],[{}`, which closes what it did not open
            return orjson.loads(raw)
        filled = filled[0]
    return filled


def _fault(raw: bytes, failure: orjson.JSONDecodeError) -> str:
    """Say where the parser stopped and why; it does not tell where a byte is that is no UTF-8."""
    try:
        raw.decode()
    except UnicodeDecodeError as wrong:
        before = raw[: wrong.start]
        line, column = before.count(b"\n") + 1, len(before.rpartition(b"\n")[2].decode()) + 1
        return f"line {line}, column {column}: a byte that is not UTF-8"
    return f"line {failure.lineno}, column {failure.colno}: {failure.msg}"
