"""A plain copy of a text in which identifiers are looked for, with the way back to the text."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import regex  # type: ignore[import-untyped]

from answers.guardrails.masking.alike import (
    ACCENTS,
    ALIKE,
    ALIKE_LETTER,
    JOINERS,
    PICTURES,
    ZERO_WIDTH,
)

_UNSEEN = re.compile(f"[{ZERO_WIDTH}{JOINERS}{ACCENTS}{PICTURES}]++")
_GAP = re.compile(f"[{ZERO_WIDTH}{PICTURES}]")
_ESCAPES = re.compile(r'\\[bfnrt"/\\]')  # of JSON: words begin after one, nothing reaches across
_MORE = regex.compile(r"[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}]*+")
_BEFORE = regex.compile(r"\p{GCB=Prepend}")

NEAR = 110  # characters around a gap that are looked at again
EDGE = 50  # characters at the ends of these where what is found may be cut


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in plain characters; `text` is in small letters, `written` in the letters' own case.

    Places in these are turned into places of the original by `span`. It is the part of the original
    from `first` to `last`.
    """

    original: str
    text: str
    written: str
    starts: list[int]
    shifts: list[int]
    first: int
    last: int

    def is_whole(self, start: int, end: int) -> bool:
        """Whether a part of the original lies far enough from where this copy was cut."""
        return (self.first == 0 or start >= self.first + EDGE) and (
            self.last == len(self.original) or end <= self.last - EDGE
        )

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where in the original a part lies; no character that a reader sees is cut in two."""
        first, last = self._place(start), self._place(end - 1) + 1
        if self.original.isascii():
            return first, last
        while first and _BEFORE.match(self.original, first - 1):
            first -= 1
        return first, _MORE.match(self.original, last).end()

    def _place(self, at: int) -> int:
        return at + self.shifts[bisect_right(self.starts, at) - 1]


def folded(text: str) -> Folded:
    """A text in plain characters, without what shows nothing.

    >>> folded("Ｃａｌｌ ९8७\\u200d6").text
    'call 9876'
    """
    return next(folds(text))


def folds(text: str) -> Iterator[Folded]:
    """The text in plain characters, once without pictures and what shows nothing, and where it has
    such, once more with blanks in their places: they may stand in a word, or between two."""
    plain = _ESCAPES.sub("\n\n", text) if "\\" in text else text
    if plain.isascii():
        yield Folded(text, plain.lower(), plain, [0], [0], 0, len(text))
        return
    plain = ALIKE_LETTER.sub(_alike, plain)
    unseen = [found.span() for found in _UNSEEN.finditer(plain)]
    yield _without(text, plain, unseen)
    gaps = [place for place in unseen if _is_gap(plain, *place)]
    those = set(gaps)
    kept = [place for place in unseen if place not in those] if gaps else []
    spaced = _spaced(plain, gaps)
    at = 0
    for first, last in _around(gaps, len(plain)):
        at = bisect_left(kept, (first, 0), at)
        here = kept[at : bisect_left(kept, (last, 0), at)]
        yield _without(text, spaced, here, first, last)


def _around(gaps: list[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    """The parts of a text near the gaps, where blanks for these may change what is found."""
    parts: list[list[int]] = []
    for start, end in gaps:
        if parts and start - NEAR <= parts[-1][1]:
            parts[-1][1] = min(size, end + NEAR)
        else:
            parts.append([max(0, start - NEAR), min(size, end + NEAR)])
    yield from ((first, last) for first, last in parts)


def _alike(found: re.Match[str]) -> str:
    return ALIKE.get(found[0], found[0])


def _is_gap(plain: str, start: int, end: int) -> bool:
    """Whether what shows nothing may part two words: it stands between their letters, and is more
    than a mark of a letter of an Indic script."""
    before, after = plain[start - 1 : start], plain[end : end + 1]
    if not before or not after or not _is_of_word(before) or not _is_of_word(after):
        return False
    return (before + after).isascii() or _GAP.search(plain, start, end) is not None


def _is_of_word(one: str) -> bool:
    return one.isalnum() or not one.isascii()


def _spaced(plain: str, gaps: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    end = 0
    for start, after in gaps:
        parts += (plain[end:start], " " * (after - start))
        end = after
    return "".join((*parts, plain[end:]))


def _without(
    original: str,
    plain: str,
    unseen: list[tuple[int, int]],
    first: int = 0,
    last: int | None = None,
) -> Folded:
    """A part of the text without what shows nothing."""
    last = len(plain) if last is None else last
    parts: list[str] = []
    starts, shifts = [0], [first]
    end, length = first, 0
    for start, after in unseen:
        parts.append(plain[end:start])
        length += start - end
        end = after
        starts.append(length)
        shifts.append(end - length)
    written = "".join((*parts, plain[end:last]))
    return Folded(original, _small(written), written, starts, shifts, first, last)


def _small(plain: str) -> str:
    """The text in small letters, as long as before."""
    low = plain.lower()
    if len(low) == len(plain):
        return low
    return "".join(one.lower() if len(one.lower()) == 1 else one for one in plain)
