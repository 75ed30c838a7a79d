"""CSV that no spreadsheet runs."""

from __future__ import annotations

import pytest

from flowhook.usage.csv_text import csv_text, safe_cell


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "＝1"])
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert safe_cell("gpt-4o") == "gpt-4o"
    assert safe_cell(None) == ""
    assert safe_cell(-2.5) == -2.5


def test_rows_are_quoted_where_they_must() -> None:
    assert csv_text(["a", "b"], [["x,y", 1], ["=z", None]]) == 'a,b\r\n"x,y",1\r\n\'=z,\r\n'
