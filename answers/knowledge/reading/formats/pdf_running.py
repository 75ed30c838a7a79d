"""Finds what stands at the head or foot of most pages: titles, addresses, page numbers.

Lines in larger letters are no such lines: "Chapter 2" is a heading, though each page may begin with
one. Nor is what differs from page to page by more than the page's number, such as a telephone
number on each page of a list, nor what is all that most of its pages say, unless these have
pictures.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection
from itertools import pairwise

from answers.knowledge.reading.formats.pdf_lines import Line, is_larger, own_size

FEWEST_PAGES = 4  # in fewer, a repetition may be chance
SHARE = 0.4  # of the pages: those of odd and even pages may differ
AT_EACH_END = 2  # lines, and no more than a third of a page's
PAGE_NUMBER = "#"  # and nothing else
NUMBER = re.compile(r"\d+")
IN_STEP = 0.6  # of a line's repetitions, whose numbers go on as the pages do
MOST_DIGITS = 9  # of a number that may count pages

Pages = list[list[Line]]


class Running:
    """The lines of pages that run along their heads and feet; `pictured` are the places of pages
    with pictures."""

    def __init__(self, pages: Pages, pictured: Collection[int] = ()) -> None:
        self._pages = pages
        self._keys = _running(pages, pictured) if len(pages) >= FEWEST_PAGES else set()

    def left(self) -> Pages:
        """The pages without these lines."""
        return [_without(page, self._keys) for page in self._pages]

    def told_once(self) -> Pages:
        """The pages with those of these lines that are the same everywhere, on the first page that
        has them: an address or a helpline is often said nowhere else."""
        times = Counter(
            text for page in self._pages for text in {_text(line) for line in self._of(page)}
        )
        least = _least(self._pages)
        told: set[str] = set()
        pages = []
        for page in self._pages:
            again = {
                place
                for place in _places(page, self._keys)
                if times[_text(page[place])] < least or _text(page[place]) in told
            }
            told.update(_text(line) for line in self._of(page))
            pages.append([line for place, line in enumerate(page) if place not in again])
        return pages

    def _of(self, page: list[Line]) -> list[Line]:
        return [page[place] for place in _places(page, self._keys)]


def _running(pages: Pages, pictured: Collection[int]) -> set[str]:
    found: dict[str, list[tuple[int, list[str]]]] = defaultdict(list)
    text_size = own_size(line for page in pages for line in page)
    for at, page in enumerate(pages):
        margins = (page[place] for place in _margins(page))
        lines = {_key(line): line for line in margins if not is_larger(line, text_size)}
        for key, line in lines.items():
            found[key].append((at, NUMBER.findall(line.text)))
    least = _least(pages)
    running = {key for key, seen in found.items() if len(seen) >= least and _are_in_step(seen)}
    running -= _said_alone(pages, pictured, running)
    running.discard(PAGE_NUMBER)
    if len(found[PAGE_NUMBER]) >= FEWEST_PAGES - 1:  # beside chapters' titles there may be few
        running.add(PAGE_NUMBER)
    return running


def _least(pages: Pages) -> float:
    return max(FEWEST_PAGES - 1, SHARE * len(pages))


def _are_in_step(seen: list[tuple[int, list[str]]]) -> bool:
    """Whether a line's numbers stay the same or grow with the pages, for the most part."""
    steps = [
        all(
            _is_step(one, other, later - page)
            for one, other in zip(numbers, next_ones, strict=True)
        )
        for (page, numbers), (later, next_ones) in pairwise(seen)
    ]
    return sum(steps) >= IN_STEP * len(steps)


def _is_step(one: str, other: str, pages: int) -> bool:
    if one == other:
        return True
    return max(len(one), len(other)) <= MOST_DIGITS and int(other) - int(one) == pages


def _said_alone(pages: Pages, pictured: Collection[int], running: set[str]) -> set[str]:
    """Those of the lines that are all that most of their pages say."""
    times, alone = Counter[str](), Counter[str]()
    for at, page in enumerate(pages):
        keys = {_key(page[place]) for place in _places(page, running)}
        times.update(keys)
        if at not in pictured and not _without(page, running):
            alone.update(keys)
    return {key for key, count in alone.items() if 2 * count > times[key]}


def _without(page: list[Line], running: set[str]) -> list[Line]:
    left_out = _places(page, running)
    return [line for place, line in enumerate(page) if place not in left_out]


def _places(page: list[Line], running: set[str]) -> set[int]:
    """The places of a page's running lines."""
    return {place for place in _margins(page) if _key(page[place]) in running}


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
    return NUMBER.sub("#", _text(line))


def _text(line: Line) -> str:
    return " ".join(line.text.casefold().split())
