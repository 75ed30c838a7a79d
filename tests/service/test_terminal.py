"""What all commands share: tables, failures in one line, counted things."""

from __future__ import annotations

import pytest

from flowhook.errors import InvalidInput, NotFound
from service.terminal import counted, in_one_line, print_rows


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 keys"), (1, "1 key"), (2, "2 keys"), (1200, "1,200 keys")]
)
def test_things_are_counted(number: int, words: str) -> None:
    assert counted(number, "key") == words


def test_a_table_has_its_columns_below_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"id": "a", "on": True}, {"id": "longer", "on": False}, {"id": "none", "more": 1}]
    print_rows(rows, {"id": "NAME", "on": "ON"})
    assert capsys.readouterr().out.splitlines() == [
        "NAME    ON",
        "a       yes",
        "longer  no",
        "none",
    ]


def test_what_a_cell_holds_does_not_reach_the_terminal_itself(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_rows([{"why": "“\x1b[2J\x1b]0;mine\x07\x9b5mYes\n::error::”"}], {"why": "WHY"})
    assert capsys.readouterr().out == "WHY\n“ [2J ]0;mine  5mYes ::error::”\n"


def test_an_error_is_one_line_with_its_fields_and_its_fix() -> None:
    wrong = InvalidInput(
        "two fields are wrong",
        fields={"a": ["Not text.", "Too long."], "b": {"0": ["Not a number."]}},
        fix="Send others",
    )
    assert in_one_line(wrong) == (
        "two fields are wrong. a: Not text. Too long. b: 0: Not a number. Send others."
    )
    assert in_one_line(NotFound("no such thing.", fix="")) == "no such thing."
