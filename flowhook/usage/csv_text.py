"""CSV in which no text is read as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

FORMULA = re.compile("'*[=+@＝＋－＠\t\r\n-]")  # full-width forms too


def csv_text(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(head)
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
    return written.getvalue()


def safe_cell(value: Any) -> Any:
    """Put an apostrophe before a text that begins like a formula (OWASP, CSV injection), or that
    `plain_cell` would take for one that has it.

    >>> safe_cell("=1+1"), safe_cell("'=1"), safe_cell(-2), safe_cell(None)
    ("'=1+1", "''=1", -2, '')
    """
    if value is None:
        return ""
    is_formula = isinstance(value, str) and FORMULA.match(value)
    return f"'{value}" if is_formula else value


def plain_cell(text: str) -> str:
    """Take away the apostrophe that `safe_cell` put before a text.

    >>> plain_cell("'=1+1"), plain_cell("''=1"), plain_cell("'tis")
    ('=1+1', "'=1", "'tis")
    """
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text
