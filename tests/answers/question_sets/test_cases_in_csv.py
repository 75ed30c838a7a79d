"""Cases out of CSV files, with what is wrong named by row and column."""

from __future__ import annotations

from typing import Any

import pytest

from answers.question_sets.cases_in_csv import read_cases
from answers.question_sets.question_set import Case
from flowhook.errors import InvalidInput


def read(text: str, *, is_flow: bool = False) -> list[Case]:
    return read_cases(text.encode(), is_flow=is_flow).cases


def faults(text: str, *, is_flow: bool = False) -> dict[str, list[str]]:
    with pytest.raises(InvalidInput) as refused:
        read(text, is_flow=is_flow)
    return refused.value.fields or {}


def test_glifics_golden_questions_come_in() -> None:
    found = read('Question,Answer\n"What, when?","Wheat,\nin November."\nक्यों?,\n')
    assert found == [Case("", ("What, when?",), answer="Wheat,\nin November."), Case("", ("क्यों?",))]
    assert read("question_id,Question,Answer\n7,Why?,So.\n") == [Case("7", ("Why?",), answer="So.")]


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("contains", "wheat", "wheat"),
        ("contains", "wheat\nrice", ["wheat", "rice"]),
        ("not_contains", "a\n\n  \nb\n", ["a", "b"]),
        ("contains", '["a", "b"]', ["a", "b"]),
        ("contains", "[a", "[a"),
        ("contains", "10", "10"),
        ("one_of", "Yes", ["Yes"]),
        ("one_of", "Yes\nNo", ["Yes", "No"]),
        ("equals", "Yes\nNo", "Yes\nNo"),
        ("equals", '{"a": 1}', {"a": 1}),
        ("equals", "5", "5"),
        ("matches", "[0-9]+", "[0-9]+"),
        ("matches", '["a"]', '["a"]'),
        ("language", "Hindi", "Hindi"),
        ("max_characters", "300", 300),
        ("max_messages", "२", 2),
        ("found", "TRUE", True),
        ("found", "false", False),
        ("judge", "4", 4),
        ("judge", "true", True),
        ("status", "empty_input", "empty_input"),
        ("json_schema", '{"type": "object"}', {"type": "object"}),
        ("result", '{"crop": "rice"}', {"crop": "rice"}),
        ("reaches", "Grain", "Grain"),
    ],
)
def test_each_check_is_a_column(column: str, cell: str, value: Any) -> None:
    quoted = cell.replace('"', '""')
    [case] = read(f'question,{column.upper()}\nx,"{quoted}"\n', is_flow=True)
    assert case.checks == ({column: value},)
    assert type(case.checks[0][column]) is type(value)


def test_the_other_columns() -> None:
    [case, talk, turns] = read(
        "id;turns;question;body;must;contains;checks\n"
        'a;;Why?;"{""model"": ""m""}";yes;x;"[{""contains"": ""y""}]"\n'
        'b;"Hello\n\nमैं ठीक हूँ";;;;;\n'
        ';"[""Hello"", {""type"": ""image"", ""url"": ""u""}]";;;0;;"{""status"": ""ok""}"\n'
    )
    assert case == Case(
        "a", ("Why?",), {"model": "m"}, checks=({"contains": "x"}, {"contains": "y"}), must=True
    )
    assert talk == Case("b", ("Hello", "मैं ठीक हूँ"))
    image = {"type": "image", "url": "u"}
    assert turns == Case("", ("Hello", image), checks=({"status": "ok"},))


def test_every_fault_is_named_by_its_row_and_column() -> None:
    found = faults(
        "id,question,answer,turns,body,must,contains,max_characters,matches,language,checks\n"
        "a,Why?,,,,,x,,,,\n"
        "a,Why?,,,,,,many,(,Klingon,\n"
        "b c,,x,,,,,,,,\n"
        "\n"
        'c,q,,t,{,perhaps,,,,,"[{""contain"": 1}, 5]"\n'
        'd,,,"[5]",,,,,,,[\n'
        ",Why?,,,,,,,,,,beyond\n"
    )
    assert set(found) == {
        "row 3, id",
        "row 3, max_characters",
        "row 3, matches",
        "row 3, language",
        "row 4, id",
        "row 4, question",
        "row 6, question",
        "row 6, body",
        "row 6, must",
        "row 6, contain",
        "row 6, checks",
        "row 7, turns",
        "row 7, checks",
        "row 8, column 12",
    }
    assert found["row 3, id"] == ["Row 2 has this id too."]


def test_a_function_has_no_checks_of_flows() -> None:
    text = "question,reaches\nx,Grain\n"
    assert read(text, is_flow=True)
    assert set(faults(text)) == {"row 2, reaches"}


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("question,contain", "contain"),
        ("answer,contains", "question"),
        ("question,Question", "question"),
        ("question,id,question_id", "id"),
        ("," * 300, "," * 64),
    ],
)
def test_a_header_that_is_wrong_is_refused(header: str, column: str) -> None:
    assert set(faults(f"{header}\nx,y,z\n")) == {column}


def test_what_cannot_be_read_further_is_told_with_what_was_wrong_before() -> None:
    found = faults('question,matches\nx,(\ny,z\n"a"b,c\nd,e\n')
    assert set(found) == {"row 2, matches", "row 4"}


def test_of_many_faults_some_are_told() -> None:
    text = "question,matches\n" + "x,(\n" * 5_000
    with pytest.raises(InvalidInput, match=r"row 51, matches, and 4,950 more\. Nothing was") as one:
        read(text)
    assert len(one.value.fields or ()) == 50


def test_no_fault_repeats_what_stands_in_the_file() -> None:
    with pytest.raises(InvalidInput) as refused:
        read('question,max_characters,checks\nsecret,secret,"[{""matches"": ""(secret""}]"\n')
    assert "secret" not in str(refused.value.as_dict())


def test_a_file_that_lost_its_hindi_is_refused() -> None:
    with pytest.raises(InvalidInput, match="letters of this file are lost: 2 questions") as one:
        read("question,answer\n???? ?? ?????,x\n2. ????????,y\nWhy?,z\n")
    assert "CSV UTF-8" in one.value.fix
    assert len(read("question\n???\nWhy?\n")) == 2


BEFORE = [
    Case("q1", ("Why?",), {"model": "m"}, "So.", ({"contains": "a"},), must=True),
    Case("q2", ("Who?",), answer="Me."),
    Case("q3", ("Why?",)),
]


def test_rows_take_the_place_of_cases_by_id_or_question() -> None:
    text = (
        "id,question,answer\nq2,When?,Now.\n,Why?,Since.\nnew,Where?,\n,How?,\n,Why?,x\n,Why?,y\n"
    )
    read_ = read_cases(text.encode(), is_flow=False)
    merged = read_.into(BEFORE)
    assert [(case.id, case.turns, case.answer) for case in merged] == [
        ("q1", ("Why?",), "Since."),
        ("q2", ("When?",), "Now."),
        ("q3", ("Why?",), "x"),
        ("new", ("Where?",), ""),
        ("", ("How?",), ""),
        ("", ("Why?",), "y"),
    ]
    assert merged[0].must
    assert merged[0].body == {"model": "m"}
    assert merged[0].checks == ({"contains": "a"},)


def test_a_column_that_is_there_and_empty_empties() -> None:
    text = "question,answer,must,contains,body\nWho?,,,,\n"
    [_, second, _] = read_cases(text.encode(), is_flow=False).into(BEFORE)
    assert second == Case("q2", ("Who?",))
    text = 'question,must,matches,body\nWhy?,,x,"{""model"": ""m""}"\n'
    [first, *_] = read_cases(text.encode(), is_flow=False).into(BEFORE)
    assert first == Case("q1", ("Why?",), {"model": "m"}, "So.", ({"matches": "x"},))


def test_a_case_that_a_row_names_is_not_taken_by_another_row() -> None:
    text = "id,question\n,Why?\nq1,Why?\n"
    merged = read_cases(text.encode(), is_flow=False).into(BEFORE[:1])
    assert [case.id for case in merged] == ["q1", ""]


def test_ten_thousand_rows_are_read() -> None:
    text = "question,contains\n" + "".join(f"{number}?,a\n" for number in range(10_000))
    assert len(read(text)) == 10_000
