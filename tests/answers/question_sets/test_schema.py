"""Large question sets are read within bounds, and others are served meanwhile."""

from __future__ import annotations

import time
from typing import Any

import pytest

from answers.question_sets import schema
from answers.question_sets.cases_in_csv import read_cases
from answers.question_sets.schema import read_set
from flowhook import turns
from flowhook.errors import InvalidInput, TooLarge

TARGET = {"function": "chat"}


def large_schema() -> dict[str, Any]:
    """One that takes some 0.1 s to check."""
    return {"anyOf": [{"anyOf": [{"minimum": 1}] * 30}] * 30}


def test_cases_are_read_in_turns_with_other_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "SLICE_SECONDS", 0.0)
    given: list[float] = []
    monkeypatch.setattr(turns, "give_way", lambda: given.append(1))
    read_set("crops", {"target": TARGET, "cases": [{"question": f"{at}?"} for at in range(20)]})
    assert len(given) >= 20
    given.clear()
    read_cases(b"question\n" + b"a\n" * 20, is_flow=False)
    assert len(given) >= 20


def test_the_same_schema_in_many_cases_is_checked_once() -> None:
    checks = [{"json_schema": large_schema()}] * 20
    started = time.process_time()
    found = read_set(
        "crops",
        {"target": TARGET, "cases": [{"question": f"{at}?", "checks": checks} for at in range(10)]},
    )
    assert time.process_time() - started < 5  # some 20 s if it were checked 200 times
    assert found.cases[9].checks[0] == checks[0]


def test_the_time_to_read_cases_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "MAX_SECONDS", -1.0)
    with pytest.raises(TooLarge, match="take longer"):
        read_set("crops", {"target": TARGET, "cases": [{"question": "Why?"}]})
    with pytest.raises(TooLarge, match="take longer"):
        read_cases(b"question\nWhy?\n", is_flow=False)


@pytest.mark.parametrize("case", [0, 1.5, True, None, "question", [], ["question"]])
def test_a_case_that_is_no_object_is_refused(case: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_set("crops", {"target": TARGET, "cases": [{"question": "Why?"}, case]})
    told = (refused.value.fields or {})["cases"]["1"]
    assert isinstance(told, list)
    assert refused.value.message == "these fields are wrong: cases.1"


def test_a_check_of_flows_is_refused_for_a_function_wherever_cases_come_from() -> None:
    case = {"question": "Why?", "checks": [{"reaches": "Yes"}]}
    assert read_set("crops", {"target": {"flow": "u"}, "cases": [case]}).cases[0].checks
    with pytest.raises(InvalidInput) as refused:
        read_set("crops", {"target": TARGET, "cases": [case]})
    told = {"reaches": ["is a check for flows, and this set asks a function"]}
    assert refused.value.fields == {"cases": {"0": {"checks": {"0": told}}}}
