"""Checks are read with every mistake named, and run over what came of a case."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from marshmallow import ValidationError

from answers.question_sets.checking import (
    CheckResult,
    load_checks,
    only_of_flows,
    passed,
    read_checks,
    run_checks,
    wants_judge,
)
from answers.question_sets.question_set import Case
from answers.question_sets.target import Answered

CONTRACT = {
    *("equals", "contains", "not_contains", "matches", "one_of", "json_schema", "language"),
    *("max_characters", "max_messages", "found", "guardrail", "status", "result", "reaches"),
    "judge",
}


def case(*checks: dict[str, Any]) -> Case:
    return Case("a", ("Where is Jaipur?",), checks=checks)


def said(text: str) -> Answered:
    return Answered(text, (text,))


def test_every_check_is_there_in_a_module_of_its_name_with_a_page() -> None:
    known = load_checks()
    assert set(known.names()) == CONTRACT
    for kind in known:
        assert kind.call.__module__ == f"answers.question_sets.checks.{kind.name}"
        first, second, *_ = [*kind.page.split("\n"), ""]
        assert first.endswith(".") or "." in kind.page
        assert len(first) <= 100 and (not second or kind.page.count("\n"))


def test_every_check_is_in_the_authors_guide() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "author.md").read_text("utf-8")
    rows = re.findall(r'^\| `\{"(\w+)"', guide, re.MULTILINE)
    assert set(load_checks().names()) <= set(rows)


def test_the_examples_of_the_guide_are_read() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "author.md").read_text("utf-8")
    table = guide.partition("## What a case can check")[2].partition("\n## ")[0]
    shown = re.findall(r"`(\{\"\w+\": .*?\})`(?=[,| ])", table)
    assert len(shown) > len(CONTRACT)
    assert len(read_checks([orjson.loads(one) for one in shown])) == len(shown)


def test_checks_are_read_in_order_with_their_values() -> None:
    read = read_checks([{"contains": "wheat"}, {"max_characters": "20"}, {"found": "true"}])
    assert [(one.kind.name, one.value) for one in read] == [
        ("contains", ["wheat"]),
        ("max_characters", 20),
        ("found", True),
    ]


def test_every_mistake_is_named_with_its_place_and_check() -> None:
    with pytest.raises(ValidationError) as refused:
        read_checks([{"contains": "a"}, {"contians": "a"}, {"matches": "(?=a)"}, "x", {}])
    assert refused.value.messages == {
        1: {"contians": ["is no check; there are contains, not_contains"]},
        2: {
            "matches": [
                "must be a regular expression without look-around and back-references (RE2)"
            ]
        },
        3: ['must be an object with one check, like {"contains": "wheat"}'],
        4: ['must be an object with one check, like {"contains": "wheat"}'],
    }


@pytest.mark.parametrize("raw", [None, "contains", {"contains": "a"}, [{"contains": "a"}] * 51])
def test_what_is_no_list_of_at_most_fifty_checks_is_refused(raw: Any) -> None:
    with pytest.raises(ValidationError):
        read_checks(raw)


def test_a_check_of_flows_is_refused_for_a_function() -> None:
    raw: list[dict[str, Any]] = [{"contains": "a"}, {"reaches": "Yes"}]
    assert read_checks(raw)[1].kind.of_flows
    refusal = "is a check for flows, and this set asks a function"
    assert only_of_flows(raw) == {1: {"reaches": [refusal]}}


def test_a_case_without_checks_passes_if_it_was_answered() -> None:
    assert run_checks(case(), said("In Rajasthan.")) == []
    failed = run_checks(case(), Answered(status="provider_timeout", error="no answer in 30 s"))
    assert failed == [
        CheckResult("status", False, "the call ended with provider_timeout: “no answer in 30 s”")
    ]
    assert passed(failed) is False


def test_an_error_fails_a_case_unless_a_check_expects_it() -> None:
    blocked = Answered(status="blocked", error="a banned word")
    assert [one.check for one in run_checks(case({"contains": "Jaipur"}), blocked)] == ["status"]
    assert passed(run_checks(case({"not_contains": "Jaipur"}), blocked)) is False
    assert passed(run_checks(case({"status": "invalid_input"}), blocked)) is False
    assert passed(run_checks(case({"status": "Invalid_Input"}), Answered(status="invalid_input")))
    assert passed(run_checks(case({"status": "invalid_input"}), said("Fine."))) is False


def test_a_case_is_what_all_its_checks_are() -> None:
    both = run_checks(case({"contains": "Rajasthan"}, {"contains": "Goa"}), said("In Rajasthan."))
    assert [one.passed for one in both] == [True, False]
    assert passed(both) is False
    unsure = run_checks(case({"contains": "Rajasthan"}, {"judge": 4}), said("In Rajasthan."))
    assert passed(unsure) is None
    assert unsure[1].as_dict() == {
        "check": "judge",
        "passed": "unsure",
        "why": "no judge was asked",
    }


def test_a_judge_is_wanted_only_by_its_check() -> None:
    assert wants_judge(case({"contains": "a"}, {"judge": 3}))
    assert not wants_judge(case({"contains": "judge"}))
