"""CSV as spreadsheets write it: each row as a text that names its columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice

from answers.knowledge.reading.decoding import decoded
from answers.knowledge.reading.draft import Draft
from answers.knowledge.reading.tables import rows_told
from flowhook.csv_table import SEPARATOR_LINE, SEPARATORS
from flowhook.usage.csv_text import plain_cell

SNIFFED_ROWS = 20
MOST_SNIFFED_COLUMNS = 200


def read(content: bytes, draft: Draft) -> None:
    text = decoded(content)
    named = SEPARATOR_LINE.match(text)
    separator = named[1] if named else max(SEPARATORS, key=lambda one: _columns(text, one))
    for row in rows_told(_rows(text[named.end() if named else 0 :], separator), is_headed=True):
        draft.add(row)


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        yield [plain_cell(cell) for cell in row]


def _columns(text: str, separator: str) -> int:
    """How many columns most of the first rows have."""
    widths = sorted(len(row) for row in islice(_rows(text, separator), SNIFFED_ROWS) if row)
    return min(widths[len(widths) // 2], MOST_SNIFFED_COLUMNS) if widths else 0
