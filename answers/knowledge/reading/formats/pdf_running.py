"""Leaves out what stands at the head or foot of most pages: titles, page numbers.

Lines in larger letters stay: "Chapter 2" is a heading, though each page may begin with one.
"""

from __future__ import annotations

import re
from collections import Counter

from answers.knowledge.reading.formats.pdf_lines import Line, is_larger, own_size

FEWEST_PAGES = 4  # in fewer, a repetition may be chance
SHARE = 0.4  # of the pages: those of odd and even pages may differ
AT_EACH_END = 2  # lines, and no more than a third of a page's
PAGE_NUMBER = "#"  # and nothing else
NUMBER = re.compile(r"\d+")


def without_running(pages: list[list[Line]]) -> list[list[Line]]:
    if len(pages) < FEWEST_PAGES:
        return pages
    found: Counter[str] = Counter()
    text_size = own_size(line for page in pages for line in page)
    for page in pages:
        margins = (page[place] for place in _margins(page))
        found.update({_key(line) for line in margins if not is_larger(line, text_size)})
    least = max(FEWEST_PAGES - 1, SHARE * len(pages))
    running = {key for key, times in found.items() if times >= least}
    if found[PAGE_NUMBER] >= FEWEST_PAGES - 1:  # beside chapters' titles there may be few of them
        running.add(PAGE_NUMBER)
    return [_without(page, running) for page in pages]


def _without(page: list[Line], running: set[str]) -> list[Line]:
    margins = _margins(page)
    return [
        line for place, line in enumerate(page) if place not in margins or _key(line) not in running
    ]


def _margins(page: list[Line]) -> set[int]:
    """The places of the lines that are highest and lowest, and of those drawn first and last."""
    by_height = sorted(range(len(page)), key=lambda place: page[place].height)
    drawn = range(len(page))
    most = max(1, min(AT_EACH_END, len(page) // 3))
    return {place for one in (by_height, drawn) for place in (*one[:most], *one[-most:])}


def _key(line: Line) -> str:
    """
    >>> _key(Line("Page 3  of 9", 9, 30, "Arial", False))
    'page # of #'
    """
    return " ".join(NUMBER.sub("#", line.text.casefold()).split())
