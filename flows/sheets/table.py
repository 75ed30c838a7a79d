"""The rows of a sheet by the text in their column `key`, as flows look them up.

Column names and values are cleaned as Glific does, so `Course 1` is read as
`@results.sheet.course_1`. Unlike there, values keep the joiners that Indian scripts and emoji need,
and columns without a name are passed over.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flowhook.errors import InvalidInput, TooLarge
from flowhook.turns import in_turns

KEY = "key"
MAX_ROWS = 20_000
MAX_COLUMNS = 500
MAX_CELL = 131_072  # characters; Google allows 50,000

Row = dict[str, str]

JOINERS = "\u200c\u200d"
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


@dataclass(frozen=True, slots=True)
class Table:
    """The names of columns, empty for those passed over, and the cells of each row by its key.

    Only the row that is asked for becomes a Row: as one, each would hold all names.
    """

    columns: list[str]
    rows: dict[str, list[str]]

    def row(self, key: str) -> Row | None:
        cells = self.rows.get(key)
        return None if cells is None else row_of(self.columns, cells)


def row_of(columns: Sequence[str], cells: Sequence[str]) -> Row:
    """A row by the names of its columns; cells that it has not are empty."""
    return {
        name: cleaned(cells[at]) if at < len(cells) else ""
        for at, name in enumerate(columns)
        if name
    }


def read_table(lines: Iterable[Sequence[str]]) -> Table:
    """Read the lines of a sheet, the first with the names: the first row of each key, none without.

    Raises InvalidInput for a sheet whose first row does not name its columns, TooLarge for one of
    more than 20,000 rows or 500 columns.
    """
    try:
        return _read_table(lines)
    except csv.Error:
        raise InvalidInput("the Google sheet cannot be read as a table") from None


def _read_table(lines: Iterable[Sequence[str]]) -> Table:
    left = iter(lines)
    columns = columns_of(next(left, ()))
    place = columns.index(KEY)
    rows: dict[str, list[str]] = {}
    for count, line in enumerate(in_turns(left), start=1):
        if count > MAX_ROWS:
            raise TooLarge(
                f"the Google sheet has more than {MAX_ROWS} rows",
                fix="Split it into several sheets, or move old rows to another tab.",
            )
        if max(map(len, line), default=0) > MAX_CELL:
            raise csv.Error("a cell is too long")
        key = row_key(line[place]) if place < len(line) else ""
        if key:
            rows.setdefault(key, list(line[: len(columns)]))
    return Table(columns, rows)


def columns_of(line: Sequence[str]) -> list[str]:
    """The names of the columns. Raises InvalidInput and TooLarge as `read_table` does."""
    columns = [column_name(cell) for cell in line]
    while columns and not columns[-1]:
        columns.pop()
    if len(columns) > MAX_COLUMNS:
        raise TooLarge(f"the Google sheet has more than {MAX_COLUMNS} columns")
    twice = [name for name in columns if name and columns.count(name) > 1]
    if twice:
        raise InvalidInput(
            f"the Google sheet has more than one column named {twice[0][:60]!r}",
            fix="Give each column in the first row a name of its own.",
        )
    if KEY not in columns:
        raise InvalidInput(
            "the Google sheet has no column named key",
            fix="Write Key into the first cell of the first row; below it stands what the flow"
            " looks rows up by.",
        )
    return columns


def column_name(cell: str) -> str:
    """A column's name in results.

    >>> column_name(" Course 1 "), column_name("\\ufeffKey"), column_name("Message (हिन्दी)")
    ('course_1', 'key', 'message_(हिन्दी)')
    """
    return INVISIBLE.sub("", cell).strip().lower().replace(" ", "_")


def cleaned(cell: str) -> str:
    """A cell without blanks around it and without invisible characters that writing needs not."""
    kept = INVISIBLE.sub(lambda found: found[0] if found[0] in JOINERS else "", cell)
    return kept.strip()


def row_key(text: str) -> str:
    """A key as it is compared: exactly, but for what nobody sees."""
    return INVISIBLE.sub("", text).strip()
