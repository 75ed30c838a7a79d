"""Values of a flow as a person reads them in one line of the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

LONGEST = 300  # characters


def readable(value: Any) -> str:
    """A value in one line: an answer with its category, the parts of an object, a list's items.

    >>> readable({"input": "No", "category": "Refused", "node_uuid": "x"}), readable(True)
    ('No (Refused)', 'true')
    >>> readable({"input": "1", "category": ""}), readable({"input": ["a"], "category": "All"})
    ('1', 'a (All)')
    >>> readable({"success": True, "parsed_msg": "Hi"}), readable(("a", "b"))
    ('success: true, parsed_msg: Hi', 'a, b')
    """
    text = " ".join(_line(value).split())
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def quoted(value: Any) -> str:
    """A value of a script as its file would have it; a text in quotes.

    >>> quoted("Dear…"), quoted({"input": True})
    ("'Dear…'", '{"input":true}')
    """
    return repr(value) if isinstance(value, str) else orjson.dumps(value, default=str).decode()


def _line(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        if "input" in value and "category" in value:
            category = f" ({_line(value['category'])})" if value["category"] else ""
            return f"{_inner(value['input'])}{category}"
        return ", ".join(f"{name}: {_inner(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_inner, value))
    return str(value)


def _inner(value: Any) -> str:
    """A part of another value; in braces where it has parts itself."""
    has_parts = isinstance(value, Mapping | list | tuple) and len(value) > 1
    return f"{{{_line(value)}}}" if has_parts else _line(value)
