"""Workbooks of Excel: each sheet's name as a heading, each row as a text that names its columns.

Formulas are read as the values that Excel stored; macros and hidden sheets are not read.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator
from typing import Any

from openpyxl import load_workbook

from answers.knowledge.reading.draft import Draft
from answers.knowledge.reading.tables import rows_told

MAX_COLUMNS = 256


def read(content: bytes, draft: Draft) -> None:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            _read_sheet(sheet, draft)


def _read_sheet(sheet: Any, draft: Draft) -> None:
    page = draft.begin_page()
    sheet.reset_dimensions()  # which a file may state wrongly
    rows = rows_told(_rows(sheet), is_headed=True)
    first = next(rows, "")
    if first:
        draft.add(sheet.title, level=1, page=page)
        draft.add(first, page=page)
    for row in rows:
        draft.add(row, page=page)


def _rows(sheet: Any) -> Iterator[list[str]]:
    for row in sheet.iter_rows():
        yield [_text(cell) for cell in row[:MAX_COLUMNS]]


def _text(cell: Any) -> str:
    """A cell's value as the sheet shows it, roughly."""
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float) and "%" in (cell.number_format or ""):
        return f"{round(value * 100, 2):g}%"
    if isinstance(value, float):
        return f"{round(value, 6):.6f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime.datetime):
        at_midnight = value.time() == datetime.time()
        return value.date().isoformat() if at_midnight else value.isoformat(" ", "minutes")
    if isinstance(value, datetime.time):
        return value.isoformat("minutes")
    return str(value)
