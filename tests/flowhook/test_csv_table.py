"""CSV as spreadsheets write it."""

from __future__ import annotations

import codecs

import pytest

from flowhook import csv_table
from flowhook.csv_table import CsvFault, CsvTable, read_table
from flowhook.errors import InvalidInput

KNOWN = ("question", "answer", "contains")
TEXT = 'Question;Answer\r\n"गेहूँ कब बोएँ?\nजल्दी";"नवंबर; में"\r\n\r\n;\r\nदूसरा;""\r\n'
ROWS = [
    (2, {"question": "गेहूँ कब बोएँ?\nजल्दी", "answer": "नवंबर; में"}),
    (5, {"question": "दूसरा"}),
]


def rows(table: CsvTable) -> list[tuple[int, dict[str, str]]]:
    return [(row.number, row.cells) for row in table.rows]


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.replace(";", ",").replace("नवंबर, ", "नवंबर; ").encode(),
        TEXT.replace(";", "\t").replace("नवंबर\t ", "नवंबर; ").encode("utf-16"),
        ("sep=;\r\n" + TEXT).encode("utf-8-sig"),
        TEXT.replace("\r\n", "\n").encode(),
        TEXT.replace("\n", "").replace("?ज", "?\rज").encode(),  # as an old Macintosh ends lines
        TEXT.replace("\r\n", "\n").replace("\n", "\r\n").encode(),
    ],
)
def test_a_file_comes_in_right_however_it_was_saved(raw: bytes) -> None:
    table = read_table(raw, KNOWN)
    assert table.columns == ("question", "answer")
    assert rows(table) == ROWS


def test_the_separator_is_the_one_of_the_header() -> None:
    table = read_table(b"question,answer;contains\na,b;c\n", KNOWN)
    assert table.columns == ("question", "answer;contains")
    table = read_table(b"question;answer,x;contains\na,1;b;c\n", KNOWN)
    assert rows(table) == [(2, {"question": "a,1", "answer,x": "b", "contains": "c"})]
    table = read_table(b"question\na,b;c\n", KNOWN)
    assert rows(table) == [(2, {"question": "a", "column 2": "b;c"})]


def test_only_what_separates_is_a_separator() -> None:
    assert read_table(b'sep="\nquestion\n', KNOWN).columns == ('sep="',)
    assert rows(read_table(b"sep=|\nquestion|x\na|,\n", KNOWN)) == [
        (2, {"question": "a", "x": ","})
    ]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (" Question ", "question"),
        ("Question ID", "question_id"),
        ("max-characters", "max_characters"),
        ("\u200bAnswer\u00a0", "answer"),
    ],
)
def test_names_of_columns_are_compared_without_case_and_blanks(written: str, name: str) -> None:
    assert read_table(f"{written},x\n".encode(), KNOWN).columns[0] == name


def test_the_apostrophe_before_a_formula_is_taken_away() -> None:
    table = read_table("question\n'=1+1\n''=1\n'tis\n'-5\n'＋1\n".encode(), KNOWN)
    found = [row.cells["question"] for row in table.rows]
    assert found == ["=1+1", "'=1", "'tis", "-5", "＋1"]


def test_cells_beyond_the_header_are_told_by_their_place() -> None:
    found = rows(read_table(b"question,,answer\na,b,c,d,,\n", KNOWN))
    assert found == [(2, {"question": "a", "column 2": "b", "answer": "c", "column 4": "d"})]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "names no columns"),
        (b"\xef\xbb\xbf\r\n", "names no columns"),
        (b",,,\n", "names no columns"),
        (b'"question\n', "names no columns"),
        ("question\na\nक्या?".encode()[:-2], "line 3 of the file is not in UTF-8"),
        ("question\nnaïve\n".encode("latin-1"), "line 2 of the file"),
        (codecs.BOM_UTF16_LE + b"q\0x", "not in UTF-8"),
        (b"\xff\xfe\x00\xd8a\0", "not in UTF-8"),
    ],
)
def test_what_is_no_table_is_refused(raw: bytes, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        read_table(raw, KNOWN)


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        (b'question\na\n"b\n\nc', 3),  # a quote that never ends
        (b'question\n"a" b\n', 2),
        (b'question\na\nb\n"c"d,e\n', 4),
    ],
)
def test_a_row_that_cannot_be_read_is_told(raw: bytes, number: int) -> None:
    with pytest.raises(CsvFault, match="cannot be read") as fault:
        rows(read_table(raw, KNOWN))
    assert fault.value.number == number


def test_a_file_has_a_bound_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_table, "MAX_RECORDS", 3)
    assert len(rows(read_table(b"question\na\nb\n", KNOWN))) == 2
    with pytest.raises(CsvFault, match="at most 3 rows"):
        rows(read_table(b"question\n\n\n\n\n", KNOWN))


def test_a_long_cell_and_a_nul_are_read() -> None:
    long = "ह" * 300_000
    found = rows(read_table(f"question\n{long}\na\0b\n".encode(), KNOWN))
    assert found == [(2, {"question": long}), (3, {"question": "ab"})]
