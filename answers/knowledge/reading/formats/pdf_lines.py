"""The lines of a PDF's page, each with its size, place and typeface."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from answers.knowledge.reading.formats.pdf_actual_text import ActualText, without_fillers

BOLD = re.compile(r"bold|black|heavy|demi", re.IGNORECASE)
LARGER = 1.15  # times the text's size
LEADERS = re.compile(r"(?:\s?[._·…]){5,}\s?")
LEADER = " … "  # in the place of the dots in tables of contents and of lines to write on
LONGEST = 20_000  # characters of a line


@dataclass(frozen=True, slots=True)
class Line:
    """A line; `size` and `height` (of its foot above the page's) are in points."""

    text: str
    size: float
    height: float
    font: str
    is_bold: bool

    @property
    def letters(self) -> int:
        return sum(one.isalnum() for one in self.text)


def own_size(lines: Iterable[Line]) -> float:
    """The size of most characters, which is the text's own."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def is_larger(line: Line, text_size: float) -> bool:
    """Whether a line's letters are those of a heading."""
    return line.size >= LARGER * text_size > 0


def page_lines(page: Any) -> list[Line]:
    collected = _Lines()
    page.extract_text(visitor_text=collected.visit, visitor_operand_before=ActualText().visit)
    collected.end_line()
    return collected.lines


class _Lines:
    """Collects what pypdf shows its visitor: pieces of text, in which lines may end."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._texts: list[str] = []
        self._sizes: Counter[tuple[float, str]] = Counter()
        self._height: float | None = None

    def visit(self, text: str, cm: Any, tm: Any, font: Any, size: Any) -> None:
        for place, part in enumerate(text.split("\n")):
            if place:
                self.end_line()
            if without_fillers(part).strip():
                points = round(abs(_number(size) * _scale(tm) * _scale(cm)) * 2) / 2
                self._sizes[points, _name(font)] += len(part)
                if self._height is None:
                    self._height = _height(cm, tm)
            self._texts.append(part)

    def end_line(self) -> None:
        text = without_fillers("".join(self._texts))
        text = LEADERS.sub(LEADER, text).strip()[:LONGEST]
        if text and self._sizes:
            (size, font), _ = self._sizes.most_common(1)[0]
            is_bold = all(BOLD.search(name) for _, name in self._sizes)
            self.lines.append(Line(text, size, self._height or 0.0, font, is_bold))
        self._texts.clear()
        self._sizes.clear()
        self._height = None


def _scale(matrix: Any) -> float:
    """How much higher a matrix makes letters."""
    return float((matrix[2] ** 2 + matrix[3] ** 2) ** 0.5)


def _height(cm: Any, tm: Any) -> float:
    return float(tm[4] * cm[1] + tm[5] * cm[3] + cm[5])


def _number(size: Any) -> float:
    return float(size) if isinstance(size, int | float) else 0.0


def _name(font: Any) -> str:
    """A typeface's name without the tag of a subset."""
    name = str(font.get("/BaseFont", "")) if hasattr(font, "get") else ""
    return name.lstrip("/").rpartition("+")[2]
