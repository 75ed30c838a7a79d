"""Read untrusted JSON: one object of bounded depth and number of values, without NUL characters."""

from __future__ import annotations

from typing import Any

import orjson

from flowhook.errors import InvalidInput, InvalidJson

MAX_DEPTH = 64
MAX_VALUES = 100_000  # in 1 MiB; some 10 ms to parse
PARSER_DEPTH = 1024  # orjson refuses what is nested deeper

# Around a text, these leave MAX_DEPTH of the parser's levels: it refuses what is deeper, and
# nothing here has to look at each bracket.
_FILLING = PARSER_DEPTH - MAX_DEPTH
_BEFORE, _AFTER = b"[" * _FILLING, b"]" * _FILLING


class Unbounded(ValueError):
    """JSON that is nested too deep or holds too many values; says which."""


def read_json(raw: bytes, most_values: int = MAX_VALUES) -> dict[str, Any]:
    """Parse the object in a body; raises InvalidJson, and InvalidInput for NUL characters."""
    if not raw.strip():
        raise InvalidJson("the body is empty")
    try:
        body = read_value(raw, most_values)
    except Unbounded as refusal:
        raise InvalidJson(f"the body is {refusal}") from None
    except orjson.JSONDecodeError as error:
        raise InvalidJson(f"the body is not JSON: {_place(error)}") from None
    if not isinstance(body, dict):
        raise InvalidJson("the body is JSON, but no object")
    if b"\\u0000" in raw and _holds_nul(body):
        raise InvalidInput("the body holds a NUL character", fix="Remove it from the text.")
    return body


def read_value(written: str | bytes, most_values: int = MAX_VALUES) -> Any:
    """Parse any JSON of at most MAX_DEPTH levels.

    Commas and brackets inside texts count as values. Raises Unbounded or orjson.JSONDecodeError.
    """
    raw = written.encode("utf-8", "surrogatepass") if isinstance(written, str) else written
    brackets = raw.count(b"[") + raw.count(b"{")
    if brackets + raw.count(b",") > most_values:
        raise Unbounded(f"longer than {most_values} values")
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


def _place(error: orjson.JSONDecodeError) -> str:
    return f"line {error.lineno}, column {error.colno}"


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(item) for pair in value.items() for item in pair)
    if isinstance(value, list):
        return any(_holds_nul(item) for item in value)
    return False
