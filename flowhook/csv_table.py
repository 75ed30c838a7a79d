"""Reads CSV as spreadsheets write it: any of three separators, UTF-8 or UTF-16, line breaks in
quoted cells, an apostrophe before what looks like a formula."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from flowhook.blanks import unpadded
from flowhook.errors import InvalidInput
from flowhook.usage.csv_text import plain_cell

SEPARATORS = ",;\t"
MAX_COLUMNS = 200
MAX_RECORDS = 50_000  # with empty ones
MAX_CELL = 8 * 1024 * 1024  # characters; the whole file is no longer
SNIFFED_BYTES = 200

SEPARATOR_LINE = re.compile(r'\A"?sep=([,;\t|:])"?(?:\r\n|\r|\n)', re.IGNORECASE)
"""The line by which Excel names the separator; it is no row."""

csv.field_size_limit(MAX_CELL)  # of the process; 128 KiB otherwise

FIX = "Save the file as CSV UTF-8 (in Excel: Save as, CSV UTF-8), and send it again."


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row's cells by column; `number` is the one that a spreadsheet shows, the header's is 1."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class CsvTable:
    """The names of the columns, and the rows in which anything stands."""

    columns: tuple[str, ...]
    rows: Iterator[CsvRow]


class CsvFault(ValueError):
    """What is wrong in a row of a file."""

    def __init__(self, number: int, column: str, message: str) -> None:
        super().__init__(message)
        self.number = number
        self.column = column


def read_table(raw: bytes, known: Container[str]) -> CsvTable:
    """Read a file whose first row names its columns, of which `known` are those that may be there.

    The separator is the one by which most known names are found. Raises InvalidInput for bytes that
    are no text and for a first row that names no column; rows raise CsvFault when they are read.
    """
    text = decoded(raw)
    named = SEPARATOR_LINE.match(text)
    if named:
        text = text[named.end() :]
    separators = named[1] if named else SEPARATORS
    headers = {one: _header(text, one) for one in separators}
    separator = max(
        headers, key=lambda one: (sum(name in known for name in headers[one]), len(headers[one]))
    )
    header = headers[separator]
    if not any(header):
        raise InvalidInput(
            "the first row of the file names no columns",
            fix=f"Name the columns in the first row, up to {MAX_COLUMNS} of them.",
        )
    return CsvTable(tuple(name for name in header if name), _rows(text, separator, header))


def decoded(raw: bytes) -> str:
    """The text of a file, in UTF-8 or UTF-16, with a byte order mark or without.

    Raises InvalidInput, naming the line.

    >>> decoded("\\ufeffप्रश्न".encode("utf-16-le")), decoded("a,b".encode("utf-16-be"))
    ('प्रश्न', 'a,b')
    """
    encoding = _encoding(raw)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as wrong:
        line = raw[: wrong.start].decode(encoding, "replace").count("\n") + 1
        raise InvalidInput(f"line {line} of the file is not in UTF-8", fix=FIX) from None
    return text.removeprefix("\ufeff").replace("\0", "")


def column_name(text: str) -> str:
    """A column's name as it is compared: `Question ID` is question_id."""
    return re.sub(r"[\s-]+", "_", unpadded(text).casefold())


def _encoding(raw: bytes) -> str:
    """UTF-16 has a byte that is zero beside each letter of a header in Latin letters."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    first = raw[:SNIFFED_BYTES]
    even, odd = first[::2].count(0), first[1::2].count(0)
    if even + odd > len(first) // 4:
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8"


def _header(text: str, separator: str) -> list[str]:
    """The names of the columns, "" for one without; none where the first row is no header."""
    try:
        first = next(_records(text, separator), [])
    except csv.Error:
        return []
    return [column_name(cell) for cell in first] if len(first) <= MAX_COLUMNS else []


def _rows(text: str, separator: str, header: list[str]) -> Iterator[CsvRow]:
    for number, record in _numbered(_records(text, separator)):
        cells = [plain_cell(_unix(cell)) for cell in record]
        found = {
            name or f"column {place}": cell
            for place, (name, cell) in enumerate(_named(header, cells), start=1)
            if cell.strip()
        }
        if found and number > 1:
            yield CsvRow(number, found)


def _numbered(records: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Raises CsvFault for what cannot be read, and for too many."""
    number = 0
    try:
        for number, record in enumerate(records, start=1):
            if number > MAX_RECORDS:
                raise CsvFault(number, "", f"a file has at most {MAX_RECORDS:,} rows")
            yield number, record
    except csv.Error as error:
        raise CsvFault(number + 1, "", f"cannot be read: {error}") from None


def _named(header: list[str], cells: list[str]) -> Iterator[tuple[str, str]]:
    """Each cell with its column's name; those beyond the header have none."""
    for place, cell in enumerate(cells):
        yield (header[place] if place < len(header) else ""), cell


def _records(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _unix(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n") if "\r" in cell else cell
