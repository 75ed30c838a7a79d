"""Whatever cases there are: exported as CSV and imported again, they are the same."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from answers.question_sets.cases_in_csv import read_cases
from answers.question_sets.checking import load_checks
from answers.question_sets.csv_of_cases import cases_csv
from answers.question_sets.question_set import Case
from answers.question_sets.schema import read_set
from answers.question_sets.stored_set import case_json, with_ids

TEXT = st.text(
    st.one_of(
        st.sampled_from(list("=+-@'\"\t\r\n;,[{]}\\ ＝अआक्षि्१😀\u200d\u2028\u0085")),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"),
    ),
    min_size=1,
    max_size=20,
)
VISIBLE = st.builds(lambda before, text: f"{before}a{text}", st.text(" '=\n", max_size=3), TEXT)
SCALAR = st.one_of(st.booleans(), st.integers(-(2**53), 2**53), st.floats(-9, 9), VISIBLE)
JSON = st.recursive(
    SCALAR,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=5,
)
OBJECT = st.dictionaries(TEXT, JSON, max_size=3)
VALUES: dict[str, Any] = {
    "equals": JSON,
    "contains": VISIBLE | st.lists(VISIBLE, min_size=1, max_size=3),
    "not_contains": VISIBLE | st.lists(VISIBLE, min_size=1, max_size=3),
    "matches": st.sampled_from(["[0-9]+", "a\nb", "^'=", "[1]", " x "]),
    "one_of": st.lists(VISIBLE, min_size=1, max_size=3),
    "json_schema": st.sampled_from([{"type": "object"}, {"type": "string", "maxLength": 5}]),
    "language": st.sampled_from(["Hindi", "en", "HINGLISH"]),
    "max_characters": st.sampled_from([1, 300, "300"]),
    "max_messages": st.sampled_from([1, 5]),
    "found": st.sampled_from([True, False, "yes"]),
    "guardrail": VISIBLE,
    "status": st.sampled_from(["ok", "empty_input"]),
    "result": st.dictionaries(VISIBLE, JSON, min_size=1, max_size=3),
    "reaches": VISIBLE,
    "judge": st.sampled_from([0, 4, True]),
}
CHECK = st.one_of(
    [value.map(lambda found, name=name: {name: found}) for name, value in VALUES.items()]
)
ASKED = st.one_of(
    TEXT.map(lambda text: {"question": text}),
    st.lists(
        TEXT | st.dictionaries(TEXT, JSON, min_size=1, max_size=2), min_size=1, max_size=3
    ).map(lambda turns: {"turns": turns}),
)
CASE = st.builds(
    lambda asked, more: {**asked, **more},
    ASKED,
    st.fixed_dictionaries(
        {},
        optional={
            "id": st.text("-abcE1._", min_size=1, max_size=5).filter(lambda one: one[0] != "."),
            "body": OBJECT,
            "answer": TEXT,
            "checks": st.lists(CHECK, max_size=4),
            "must": st.booleans(),
        },
    ),
)


def test_every_check_is_in_the_property() -> None:
    assert set(VALUES) == set(load_checks().names())


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases=st.lists(CASE, max_size=5, unique_by=lambda case: case.get("id") or id(case)))
def test_what_is_exported_comes_in_as_the_same(cases: list[dict[str, Any]]) -> None:
    sent = read_set("x", {"target": {"flow": "u"}, "cases": cases})
    before = with_ids(sent.cases)
    read = read_cases(cases_csv(before), is_flow=True)
    assert [case_json(case) for case in read.cases] == [case_json(case) for case in before]
    assert read.into(before) == before


def table(cases: list[Case]) -> list[list[str]]:
    text = cases_csv(cases).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_file_has_the_columns_that_are_needed() -> None:
    assert table([]) == [["id", "question", "answer"]]
    checks = ({"judge": 1}, {"contains": "x"})
    cases = [
        Case("a", ("Why?",), checks=({"contains": ["x", "y"]}, {"judge": 1})),
        Case("b", ("x", "y"), {"m": 1}, "So.", checks, True),
    ]
    assert table(cases) == [
        ["id", "question", "turns", "answer", "body", "must", "contains", "judge", "checks"],
        ["a", "Why?", "", "", "", "", "x\ny", "1", ""],
        [
            "b",
            "",
            "x\ny",
            "So.",
            '{"m":1}',
            "true",
            "",
            "",
            '[{"judge":1},{"contains":"x"}]',
        ],
    ]


@pytest.mark.parametrize("text", ["=1+1", "+91", "-5", "@SUM(A1)", "＝1", "'=1"])
def test_no_cell_begins_like_a_formula(text: str) -> None:
    rows = table([Case("-", (text,), answer=text, checks=({"contains": text},))])
    assert rows[1] == ["'-", f"'{text}", f"'{text}", f"'{text}"]


def test_excel_knows_the_letters() -> None:
    assert cases_csv([]).startswith(b"\xef\xbb\xbfid,question,answer\r\n")


def test_question_marks_come_in_too() -> None:
    cases = [Case("a", ("???",))]
    assert read_cases(cases_csv(cases), is_flow=False).cases == cases
