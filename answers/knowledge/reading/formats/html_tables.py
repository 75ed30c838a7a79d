"""Tables of HTML as rows of cells, with those that span several columns or rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

WIDEST = 200  # columns
HEADINGS = tuple(f"h{level}" for level in range(1, 7))


def is_data(table: Any) -> bool:
    """Whether a table holds data rather than the layout of a page."""
    rows = [row for row in table.iter("tr") if len(row) > 1]
    inner = [one for one in table.iter("table", *HEADINGS) if one is not table]
    return len(rows) > 1 and not inner


def table_rows(table: Any, text_of: Callable[[Any], str]) -> tuple[list[list[str]], bool | None]:
    """Return the rows, and whether the first is said to hold names (None: nothing is said)."""
    rows: list[list[str]] = []
    below: dict[int, tuple[int, str]] = {}  # column: rows that a cell above still covers, its text
    is_headed = None
    for row in table.iter("tr"):
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        if not rows and len(cells) > 1 and all(cell.tag == "th" for cell in cells):
            is_headed = True
        rows.append(_row(cells, below, text_of))
    return rows, is_headed


def _row(
    cells: list[Any], below: dict[int, tuple[int, str]], text_of: Callable[[Any], str]
) -> list[str]:
    """A cell that spans columns stands in the first of them; one that spans rows, in each."""
    row: list[str] = []
    _covered(row, below)
    for cell in cells:
        if len(row) >= WIDEST:
            break
        text, high = text_of(cell), _span(cell, "rowspan")
        for place in range(_span(cell, "colspan")):
            if high > 1:
                below[len(row)] = (high - 1, text if place == 0 else "")
            row.append(text if place == 0 else "")
        _covered(row, below)
    return row


def _covered(row: list[str], below: dict[int, tuple[int, str]]) -> None:
    while len(row) in below:
        left, text = below.pop(len(row))
        if left > 1:
            below[len(row)] = (left - 1, text)
        row.append(text)


def _span(cell: Any, name: str) -> int:
    text = (cell.get(name) or "").strip()
    return max(1, min(int(text), WIDEST)) if text.isascii() and text.isdigit() else 1
