"""Read untrusted JSON: one object of bounded depth, without NUL characters."""

from __future__ import annotations

import re
from typing import Any

import orjson

from flowhook.errors import InvalidInput, InvalidJson

MAX_DEPTH = 64
TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)


def read_json(raw: bytes) -> dict[str, Any]:
    """Parse the object in a body; raises InvalidJson, and InvalidInput for NUL characters."""
    if not raw.strip():
        raise InvalidJson("the body is empty")
    if is_deep(raw):
        raise InvalidJson(f"the body is nested deeper than {MAX_DEPTH} levels")
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidJson(f"the body is not JSON: {_place(error)}") from None
    if not isinstance(body, dict):
        raise InvalidJson("the body is JSON, but no object")
    if b"\\u0000" in raw and _holds_nul(body):
        raise InvalidInput("the body holds a NUL character", fix="Remove it from the text.")
    return body


def is_deep(raw: bytes) -> bool:
    """Whether JSON is nested deeper than MAX_DEPTH, without parsing it.

    Brackets inside strings do not count.
    """
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for token in TOKEN.finditer(raw):
        first = raw[token.start()]
        if first in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif first in b"]}":
            depth -= 1
    return False


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
