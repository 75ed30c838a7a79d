"""Tells a PDF's headings from its text: larger letters, or short lines in bold."""

from __future__ import annotations

from collections.abc import Sequence

from answers.knowledge.reading.formats.pdf_lines import LEADER, Line, is_larger, own_size

LONGEST = 200  # characters of a heading
LONGEST_BOLD = 100
SENTENCE_ENDS = tuple(".,;:।!")
LEVELS = 5


class Headings:
    def __init__(self, lines: Sequence[Line]) -> None:
        """The text's own size is the one of most characters."""
        self._text = own_size(lines)
        text = [line for line in lines if line.size == self._text]
        bold = sum(len(line.text) for line in text if line.is_bold)
        self._is_bold_text = bold * 2 > sum(len(line.text) for line in text)
        larger = {line.size for line in lines if self._is_larger(line)}
        self._levels = {size: level for level, size in enumerate(sorted(larger, reverse=True), 1)}

    def level(self, line: Line) -> int:
        """1 for the largest letters, 0 for text."""
        if LEADER in line.text:  # of a table of contents
            return 0
        if self._is_larger(line):
            return min(self._levels[line.size], LEVELS)
        if self._is_bold_heading(line):
            return min(len(self._levels), LEVELS) + 1
        return 0

    def _is_larger(self, line: Line) -> bool:
        return is_larger(line, self._text) and len(line.text) <= LONGEST and line.letters > 0

    def _is_bold_heading(self, line: Line) -> bool:
        return (
            line.is_bold
            and not self._is_bold_text
            and line.size >= self._text
            and len(line.text) <= LONGEST_BOLD
            and line.letters > 1
            and not line.text.endswith(SENTENCE_ENDS)
        )
