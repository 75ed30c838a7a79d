"""Encode what a log entry keeps of a request or an answer: redacted, and within some bytes.

Of a large value the long texts are cut, so that its keys and its short values stay readable.
"""

from __future__ import annotations

from typing import Any

import orjson

from flowhook.errors import error_classes
from flowhook.records.redact import REDACTED, is_secret_name, redact_text, redacted_json

BODY_BYTES = 65_536
REFUSED_BYTES = 4_096  # of a call that did nothing and may come by the thousand
REFUSALS = frozenset(one.type for one in error_classes() if 400 <= one.status < 500)

TEXT_CHARACTERS = 200  # of a text in a value that is too large
MARGIN = 200  # characters read beyond the cut, in which a secret is still recognised
ITEMS = 40  # of an object or a list in such a value
DEPTH = 4
CUT = "... (cut)"


def shortened_json(value: Any, status: str) -> bytes:
    """Encode a value for the log; `status` is the call's error type, or "ok".

    A large one becomes a JSON string that ends with CUT, so nobody takes it for the whole.
    """
    most = most_bytes(status)
    encoded = orjson.dumps(value)
    if len(encoded) <= most:
        return redacted_json(value, encoded)
    kept = redacted_json(_shortened(value, DEPTH))[: most // 2]
    return orjson.dumps(kept.decode(errors="ignore") + CUT)


def most_bytes(status: str) -> int:
    """How much of a value is kept whole, by the call's error type, or "ok"."""
    return REFUSED_BYTES if status in REFUSALS else BODY_BYTES


def _shortened(value: Any, depth: int) -> Any:
    """Copy a part of a value, in a time that does not depend on its size."""
    if isinstance(value, str):
        return _cut(value)
    if isinstance(value, dict):
        if depth == 0:
            return CUT
        kept = {
            _cut(key): REDACTED if item and is_secret_name(key) else _shortened(item, depth - 1)
            for key, item in _first(value.items())
        }
        return {**kept, CUT: len(value) - ITEMS} if len(value) > ITEMS else kept
    if isinstance(value, list):
        if depth == 0:
            return CUT
        items = [_shortened(item, depth - 1) for item in value[:ITEMS]]
        return [*items, CUT] if len(value) > ITEMS else items
    return value


def _first(items: Any) -> Any:
    return (item for item, _ in zip(items, range(ITEMS), strict=False))


def _cut(text: str) -> str:
    if len(text) <= TEXT_CHARACTERS:
        return text
    return redact_text(text[: TEXT_CHARACTERS + MARGIN])[:TEXT_CHARACTERS] + CUT
