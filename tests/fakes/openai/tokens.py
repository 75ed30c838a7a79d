"""Plausible token counts: one token for every four bytes of UTF-8, rounded up."""

from __future__ import annotations

import re
from typing import Any


def words(text: str) -> list[str]:
    """Words of any script: what stands between white space and punctuation."""
    return [word for word in re.split(r"[\s.,;:!?()\"'/।॥-]+", text.lower()) if word]


def count(text: str) -> int:
    return -(-len(text.encode("utf-8", "surrogatepass")) // 4)


def count_any(value: Any) -> int:
    """Tokens of all strings in a JSON value; an image counts a fixed 85."""
    if isinstance(value, str):
        return 85 if value.startswith("data:image/") else count(value)
    if isinstance(value, dict):
        return sum(count_any(entry) for entry in value.values())
    if isinstance(value, list):
        return sum(count_any(entry) for entry in value)
    return 0


def cut(text: str, maximum: int | None) -> tuple[str, bool]:
    """The text within `maximum` tokens, and whether something had to go."""
    if maximum is None or count(text) <= maximum:
        return text, False
    kept = text.encode("utf-8", "surrogatepass")[: maximum * 4]
    return kept.decode("utf-8", "ignore"), True
