"""Finds the JSON in what a model wrote.

Models put it into a code fence, which they sometimes leave open, write words around it, break lines
inside its texts, and leave a comma behind the last value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from flowhook.strict_json import NotJson, UnreadableJson, read_value

NOT_FOUND = object()
FENCE = "```"
_LABEL = re.compile(r"(?:json[5c]?)?[ \t]*\r?\n?", re.IGNORECASE)
MAX_BRACKETS = 50  # of which JSON may begin; each is looked at in one pass at most
_WITH_CONTROLS = json.JSONDecoder(strict=False)  # finds the end; the value is read by read_value
# A string without an end reaches to the end of the text, so that nothing is looked at twice.
_STRING_OR_COMMA = re.compile(r'"(?:[^"\\]++|\\.?)*+(?:"|\Z)|,(?=\s*+[}\]])', re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f]")


def find_json(text: str, *, among_words: bool) -> Any:
    """Return the object or list that a text is, or NOT_FOUND.

    With `among_words`, also the one inside the only fence, or the only one with words around it: of
    several nobody knows which was meant. JSON nested deeper than a flow reads is not found: a
    contact can make a model write it.
    """
    whole = text.strip().removeprefix("\ufeff").strip()
    for candidate in _candidates(whole, among_words):
        if candidate[:1] in ("{", "["):
            found = _read(candidate)
            if found is not NOT_FOUND:
                return found
    return NOT_FOUND


def _candidates(text: str, among_words: bool) -> Iterator[str]:
    yield text
    start = text.find(FENCE)
    if (start == 0 or (start > 0 and among_words)) and text.count(FENCE) <= 2:
        yield from _fenced(text[start + len(FENCE) :], among_words)
    if among_words:
        for opening in "{[":
            spans = set(_spans(text, opening))  # the same one twice is one
            if len(spans) == 1:
                yield spans.pop()


def _spans(text: str, opening: str) -> Iterator[str]:
    """What reads as JSON from an opening bracket on and is not empty, one behind another."""
    start = text.find(opening)
    for _ in range(MAX_BRACKETS):
        if start < 0:
            return
        end = start + 1
        with suppress(ValueError, RecursionError):
            value, after = _WITH_CONTROLS.raw_decode(text, start)
            if value:
                yield text[start:after]
                end = after
        start = text.find(opening, end)


def _fenced(text: str, among_words: bool) -> Iterator[str]:
    """The content of the fence that the text begins within."""
    label = _LABEL.match(text)
    content = text[label.end() :] if label else text
    inside, closing, after = content.partition(FENCE)
    if among_words or (closing and not after.strip()):
        yield inside.strip()


def _read(candidate: str) -> Any:
    try:
        return read_value(candidate)
    except NotJson:
        with suppress(UnreadableJson):
            return read_value(_STRING_OR_COMMA.sub(_mended, candidate))
    except UnreadableJson:
        pass
    return NOT_FOUND


def _mended(part: re.Match[str]) -> str:
    """A string whose bare control characters are escaped, and nothing for a comma too many."""
    if part[0] == ",":
        return ""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", part[0])
