"""What is wrong with a CSV file, told at once."""

from __future__ import annotations

import pytest

from flowhook.csv_faults import MAX_TOLD, CsvFaults, check_columns, check_letters
from flowhook.errors import InvalidInput


def test_faults_are_told_by_row_and_column() -> None:
    faults = CsvFaults()
    faults.refuse()
    faults.add(2, "answer", "Is empty.")
    faults.add(2, "answer", "Is short.")
    faults.add(3, "", "Is too long.")
    with pytest.raises(InvalidInput) as refused:
        faults.refuse()
    assert refused.value.fields == {
        "row 2, answer": ["Is empty.", "Is short."],
        "row 3": ["Is too long."],
    }


def test_as_many_faults_are_told_as_anybody_reads() -> None:
    faults = CsvFaults()
    for number in range(MAX_TOLD + 2):
        faults.add(number, "id", "Is wrong.")
    with pytest.raises(InvalidInput, match=r", and 2 more\. Nothing was imported\."):
        faults.refuse()


@pytest.mark.parametrize(
    ("columns", "wrong"),
    [
        (["question", "answer"], {}),
        (["question", "colour"], {"colour": ["Is no column."]}),
        (["question", "question"], {"question": ["Stands there twice."]}),
        (["question"], {"answer": ["Is missing."]}),
    ],
)
def test_columns(columns: list[str], wrong: dict[str, list[str]]) -> None:
    known = ("question", "answer")
    unknown = [name for name in columns if name not in known]
    missing = [name for name in known if name not in columns]
    found: object = {}
    try:
        check_columns(columns, unknown, missing, known)
    except InvalidInput as refused:
        found = refused.fields
    assert found == wrong


@pytest.mark.parametrize("text", ["??? ?", "????", "12 ???"])
def test_letters_that_excel_lost(text: str) -> None:
    check_letters(b"", [text, "Why?"])
    check_letters("\u00e9".encode(), [text])
    with pytest.raises(InvalidInput, match="1 questions are"):
        check_letters(b"", [text])
