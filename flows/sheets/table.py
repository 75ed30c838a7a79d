"""The rows of a sheet by the text in their column `key`, as flows look them up.

Column names and values are cleaned as Glific does, so `Course 1` is read as
`@results.sheet.course_1`. Unlike there, values keep the joiners that Indian scripts and emoji need,
and columns without a name are passed over.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence

from flowhook.errors import InvalidInput, TooLarge
from flowhook.turns import in_turns

KEY = "key"
MAX_ROWS = 20_000
MAX_COLUMNS = 500

Row = dict[str, str]

JOINERS = "\u200c\u200d"
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def rows_by_key(cells: Iterable[Sequence[str]]) -> dict[str, Row]:
    """Each row by its key: the first of those with the same one, and none without.

    Raises InvalidInput for a sheet whose first row does not name its columns, TooLarge for one of
    more than 20,000 rows.
    """
    try:
        return _rows_by_key(cells)
    except csv.Error:
        raise InvalidInput("the Google sheet cannot be read as a table") from None


def _rows_by_key(cells: Iterable[Sequence[str]]) -> dict[str, Row]:
    lines = iter(cells)
    columns = columns_of(next(lines, ()))
    found: dict[str, Row] = {}
    for count, line in enumerate(in_turns(lines), start=1):
        if count > MAX_ROWS:
            raise TooLarge(
                f"the Google sheet has more than {MAX_ROWS} rows",
                fix="Split it into several sheets, or move old rows to another tab.",
            )
        row = {name: cleaned(line[at]) if at < len(line) else "" for at, name in columns}
        key = row_key(row[KEY])
        if key:
            found.setdefault(key, row)
    return found


def columns_of(line: Sequence[str]) -> list[tuple[int, str]]:
    """The place and the name of each named column. Raises InvalidInput as `rows_by_key` does."""
    named = [(at, column_name(cell)) for at, cell in enumerate(line)]
    columns = [(at, name) for at, name in named if name]
    names = [name for _, name in columns]
    twice = next((name for name in names if names.count(name) > 1), None) if names else None
    if twice is not None:
        raise InvalidInput(
            f"the Google sheet has more than one column named {twice[:60]!r}",
            fix="Give each column in the first row a name of its own.",
        )
    if KEY not in names:
        raise InvalidInput(
            "the Google sheet has no column named key",
            fix="Write Key into the first cell of the first row; below it stands what the flow"
            " looks rows up by.",
        )
    if len(columns) > MAX_COLUMNS:
        raise TooLarge(f"the Google sheet has more than {MAX_COLUMNS} columns")
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
