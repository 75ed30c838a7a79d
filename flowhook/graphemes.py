"""Grapheme clusters as defined by Unicode 15.0, where an Indic conjunct is several clusters."""

from __future__ import annotations

import unicodedata

import regex  # type: ignore[import-untyped]

_CLUSTER = regex.compile(r"\X")
_JOINER = "\u200d"


def graphemes(text: str) -> list[str]:
    """Split a text into user-perceived characters."""
    if text.isascii() and "\r" not in text:
        return list(text)
    return [part for cluster in _CLUSTER.findall(text) for part in _parts(cluster)]


def _parts(cluster: str) -> list[str]:
    """Undo the newer Unicode rule that joins a consonant to the one before it."""
    starts = [0]
    for index in range(1, len(cluster)):
        before = cluster[index - 1]
        joined = before == _JOINER or unicodedata.category(before) in ("Mn", "Me")
        if joined and unicodedata.category(cluster[index]) == "Lo":
            starts.append(index)
    return [cluster[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
