"""What becomes of the cells of a sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest

from flowhook.errors import InvalidInput, TooLarge
from flows.sheets.table import MAX_COLUMNS, MAX_ROWS, Row, Table, read_table


def whole(table: Table) -> dict[str, Row | None]:
    return {key: table.row(key) for key in table.rows}


def test_names_and_values_are_cleaned_as_in_glific() -> None:
    cells = [
        [" \u200bKey\ufeff ", "Course 1", "", "MESSAGE\n"],
        [" 01/12/2026 ", "\u202aCarpentry\u202c", "a note", " नमस्ते\u200d "],
    ]
    assert whole(read_table(cells)) == {
        "01/12/2026": {
            "key": "01/12/2026",
            "course_1": "Carpentry",
            "message": "नमस्ते\u200d",  # a joiner, which scripts need
        }
    }


def test_rows_are_as_wide_as_the_names() -> None:
    assert whole(read_table([["key", "a"], ["1"], ["2", "x", "beyond"], []])) == {
        "1": {"key": "1", "a": ""},
        "2": {"key": "2", "a": "x"},
    }


def test_the_first_of_two_rows_counts_and_rows_without_a_key_do_not() -> None:
    lines = [["a", "key"], ["first", "1"], ["second", "1"], ["", ""], ["z", " "], ["short"]]
    assert whole(read_table(lines)) == {"1": {"a": "first", "key": "1"}}
    assert read_table(lines).row("2") is None


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
        read_table([names, ["1"] * 3])
    with pytest.raises(InvalidInput):
        read_table([])


def test_bounds() -> None:
    rows = [["key"], *([str(number)] for number in range(MAX_ROWS))]
    assert len(read_table(rows).rows) == MAX_ROWS
    with pytest.raises(TooLarge, match="more than 20000 rows"):
        read_table([*rows, ["one more"]])
    names = ["key", *(f"c{number}" for number in range(MAX_COLUMNS))]
    assert len(read_table([names[:MAX_COLUMNS], *[["1"] * 2000]]).columns) == MAX_COLUMNS
    assert len(read_table([[*names[:3], *[""] * 20_000]]).columns) == 3
    with pytest.raises(TooLarge, match="more than 500 columns"):
        read_table([names])


def test_a_wide_sheet_of_short_rows_stays_as_small_as_it_is() -> None:
    names = ["key", *("n" * 1000 + str(number) for number in range(400))]
    table = read_table([names, *([str(number)] for number in range(1000))])
    assert sum(len(cells) for cells in table.rows.values()) == 1000
    assert len(table.row("7") or ()) == 401


def test_a_cell_beyond_any_sheets_is_refused() -> None:
    def cells() -> Iterator[list[str]]:
        yield from csv.reader(io.StringIO("key\n" + "x" * 200_000))

    with pytest.raises(InvalidInput, match="cannot be read as a table"):
        read_table(cells())
