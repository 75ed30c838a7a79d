"""Rows of tables as texts that stand by themselves: each cell with its column's name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from answers.knowledge.reading.plain_text import one_line

LONGEST_NAME = 100  # characters
KEYED = 2  # columns: what a table without a header has where its first names, its second tells


def rows_told(rows: Iterable[Sequence[str]], is_headed: bool | None = None) -> Iterator[str]:
    """Yield a text for each row in which anything stands.

    The first row of several cells that look like names holds the columns' names; what stands above
    it are titles. `is_headed`: whether there is such a row; None: only if it names three columns
    or more, since the first row of two may be like all others.

    >>> list(rows_told([["Price list"], ["Item", "Price"], ["Card", "5"], ["", "7"]], True))
    ['Price list', 'Item: Card; Price: 5', 'Price: 7']
    >>> list(rows_told([["Address", "Pune"], ["Phone", "020 1"]]))
    ['Address: Pune', 'Phone: 020 1']
    """
    names: list[str] | None = None
    is_told = True
    for row in rows:
        cells = [one_line(cell) for cell in row]
        filled = [cell for cell in cells if cell]
        if names is None and len(filled) > 1:
            names = cells if is_headed is not False and _are_names(cells, is_headed) else []
            if names:
                is_told = False
                continue
        if filled:
            is_told = True
            yield _told(cells, names or [])
    if not is_told and names:  # nothing but the header
        yield _told(names, [])


def _are_names(cells: list[str], is_headed: bool | None) -> bool:
    filled = [cell for cell in cells if cell]
    return (len(cells) > KEYED or is_headed is True) and all(
        len(cell) <= LONGEST_NAME and not any(one.isdigit() for one in cell) for cell in filled
    )


def _told(cells: list[str], names: list[str]) -> str:
    if not names:
        filled = [cell for cell in cells if cell]
        return (": " if len(filled) == KEYED else "; ").join(filled)
    named = zip(cells, names + [""] * len(cells), strict=False)
    return "; ".join(f"{name}: {cell}" if name else cell for cell, name in named if cell)
