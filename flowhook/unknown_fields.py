"""The fields of a body that a schema does not know, few enough to be named in an error."""

from __future__ import annotations

from collections.abc import Container, Mapping
from itertools import islice
from typing import Any

MAX_UNKNOWN = 20
MAX_NAME = 128


def few_unknown(known: Container[str], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the known fields of a body and at most 20 others, their names cut.

    >>> few_unknown({"a"}, {"a": 1, "b" * 500: 2}) == {"a": 1, "b" * 128: 2}
    True
    """
    unknown = (name for name in body if name not in known)
    named = {str(name)[:MAX_NAME]: body[name] for name in islice(unknown, MAX_UNKNOWN)}
    return {**named, **{name: value for name, value in body.items() if name in known}}
