"""What becomes of the cells of a sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest

from flowhook.errors import InvalidInput, TooLarge
from flows.sheets.table import MAX_COLUMNS, MAX_ROWS, rows_by_key


def test_names_and_values_are_cleaned_as_in_glific() -> None:
    cells = [
        [" \u200bKey\ufeff ", "Course 1", "", "MESSAGE\n"],
        [" 01/12/2026 ", "\u202aCarpentry\u202c", "a note", " नमस्ते\u200d "],
    ]
    assert rows_by_key(cells) == {
        "01/12/2026": {
            "key": "01/12/2026",
            "course_1": "Carpentry",
            "message": "नमस्ते\u200d",  # a joiner, which scripts need
        }
    }


def test_rows_are_as_wide_as_the_names() -> None:
    assert rows_by_key([["key", "a"], ["1"], ["2", "x", "beyond"], []]) == {
        "1": {"key": "1", "a": ""},
        "2": {"key": "2", "a": "x"},
    }


def test_the_first_of_two_rows_counts_and_rows_without_a_key_do_not() -> None:
    found = rows_by_key([["a", "key"], ["first", "1"], ["second", "1"], ["", ""], ["z", " "]])
    assert found == {"1": {"a": "first", "key": "1"}}


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], "no column named key"),
        (["", ""], "no column named key"),
        (["name", "keys"], "no column named key"),
        (["key", "Course 1", "course_1"], "more than one column named 'course_1'"),
        (["Key", "KEY"], "more than one column named 'key'"),
    ],
)
def test_a_sheet_whose_first_row_does_not_name_its_columns(names: list[str], told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        rows_by_key([names, ["1"] * 3])
    with pytest.raises(InvalidInput):
        rows_by_key([])


def test_bounds() -> None:
    rows = [["key"], *([str(number)] for number in range(MAX_ROWS))]
    assert len(rows_by_key(rows)) == MAX_ROWS
    with pytest.raises(TooLarge, match="more than 20000 rows"):
        rows_by_key([*rows, ["one more"]])
    names = ["key", *(f"c{number}" for number in range(MAX_COLUMNS))]
    with pytest.raises(TooLarge, match="more than 500 columns"):
        rows_by_key([names])


def test_a_cell_beyond_any_sheets_is_refused() -> None:
    def cells() -> Iterator[list[str]]:
        yield from csv.reader(io.StringIO("key\n" + "x" * 200_000))

    with pytest.raises(InvalidInput, match="cannot be read as a table"):
        rows_by_key(cells())
