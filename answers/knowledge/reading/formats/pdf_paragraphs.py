"""Puts the lines of a PDF's page together to paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from answers.knowledge.reading.formats.pdf_headings import Headings
from answers.knowledge.reading.formats.pdf_lines import Line
from answers.knowledge.reading.plain_text import joined

WIDER = 1.3  # times the usual distance of lines parts paragraphs
LEADING = 1.5  # times the size of letters, where no two lines tell
SHORT = 0.7  # of the longest line: where a sentence ends in one, a paragraph does
ITEM = re.compile(r"(?:[•●▪◦‣■□*–-]|\(?(?:\d{1,2}|[a-zivx]{1,3})[.)])\s", re.IGNORECASE)
SENTENCE_ENDS = tuple(".?!:।॥")


def paragraphs(lines: Sequence[Line], headings: Headings) -> Iterator[tuple[int, str]]:
    """Yield (heading level or 0, text)."""
    usual, longest = _usual_distance(lines), max((len(line.text) for line in lines), default=0)
    held: list[str] = []
    held_level = 0
    before: Line | None = None
    for line in lines:
        level = headings.level(line)
        if before and (level != held_level or _begins(before, line, level, usual, longest)):
            yield held_level, joined(held)
            held.clear()
        held.append(line.text)
        held_level, before = level, line
    yield held_level, joined(held)


def _begins(before: Line, line: Line, level: int, usual: float, longest: int) -> bool:
    """Whether a line begins a paragraph. One above the line before begins a column, or nothing."""
    distance = before.height - line.height
    if distance > WIDER * max(usual, line.size if level else usual):
        return True
    if level:
        return before.size != line.size
    is_end = before.text.endswith(SENTENCE_ENDS) and len(before.text) < SHORT * longest
    return is_end or ITEM.match(line.text) is not None


def _usual_distance(lines: Sequence[Line]) -> float:
    """The distance of lines in a paragraph, which is among the shortest of the page."""
    distances = sorted(
        one.height - other.height
        for one, other in pairwise(lines)
        if one.size == other.size and one.height > other.height
    )
    if not distances:
        return LEADING * max((line.size for line in lines), default=0.0)
    return distances[len(distances) // 4]
