"""Workbooks: sheets as pages, rows as sentences."""

from __future__ import annotations

import datetime

import openpyxl

from answers.knowledge.reading.parsing import parse
from tests.answers.knowledge.reading.office_files import with_part, workbook
from tests.answers.knowledge.reading.saved import saved
from tests.answers.knowledge.reading.told import blocks, texts, why_not


def test_each_sheet_is_a_page_and_each_row_names_its_columns() -> None:
    file = workbook(
        Fees=[["Price list of 2026"], [], ["Item", "Rupees"], ["Card", 50], [None, 7.5]],
        दिन=[["गाँव", "दिन"], ["पुणे", "सोमवार"]],
    )
    assert blocks(file) == [
        ("Fees", 1, 1),
        ("Price list of 2026", 0, 1),
        ("Item: Card; Rupees: 50", 0, 1),
        ("Rupees: 7.5", 0, 1),
        ("दिन", 1, 2),
        ("गाँव: पुणे; दिन: सोमवार", 0, 2),
    ]
    reading = parse(file)
    assert (reading.pages, reading.kind) == (2, "xlsx")


def test_values_are_read_as_the_sheet_shows_them() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    values = (datetime.datetime(2026, 11, 29), datetime.time(9, 30), True, 0.18, "#N/A", "=1+1")
    for column, value in enumerate(values, start=1):
        sheet.cell(1, column, value)
    sheet["D1"].number_format = "0%"
    assert texts(saved(book))[1:] == ["2026-11-29; 09:30; yes; 18%"]


def test_hidden_sheets_are_not_read() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "Seen"
    hidden = book.create_sheet("Secret")
    hidden["A1"] = "Unseen"
    hidden.sheet_state = "hidden"
    assert texts(saved(book)) == ["Sheet", "Seen"]


def test_a_cell_far_away_costs_nothing() -> None:
    book = openpyxl.Workbook()
    book.active["A1048576"] = "Last"
    assert texts(saved(book)) == ["Sheet", "Last"]


def test_what_is_broken_is_damaged_and_what_is_empty_has_no_text() -> None:
    file = workbook(Fees=[["Item", "Rupees"]])
    assert texts(file) == ["Fees", "Item: Rupees"]
    assert why_not(file[:-40]) == "damaged"
    assert why_not(with_part(file, "xl/workbook.xml", b"")) == "damaged"
    assert why_not(workbook(Fees=[])) == "no_text"
