"""Each check: what passes, what fails with which words, and which values are refused."""

from __future__ import annotations

import importlib
import time
from typing import Any

import pytest
from marshmallow import ValidationError

from answers.question_sets import checks
from answers.question_sets.checking import CheckResult, load_checks, read_checks, run_checks
from answers.question_sets.question_set import Case
from answers.question_sets.scores import Judgement, Score
from answers.question_sets.target import Answered
from tests.examples import check_examples

NODE = "481a22f0-9d7c-4a3f-8f5e-0b6b2f3a4c5d"


def said(*messages: str, **more: Any) -> Answered:
    return Answered("\n".join(messages), messages, **more)


def run(check: dict[str, Any], answered: Answered, **more: Any) -> CheckResult:
    (found,) = run_checks(Case("a", ("?",), checks=(check,)), answered, **more)
    return found


WHEAT = said("Sow WHEAT in the first week – 5 kg.")
JSON = Answered({"crop": "wheat", "kg": 5.0}, ('{"crop":"wheat","kg":5.0}',))
PASS: list[tuple[dict[str, Any], Answered]] = [
    ({"equals": "sow wheat in the first week - ५ kg."}, WHEAT),
    ({"equals": {"kg": 5, "crop": "wheat"}}, JSON),
    ({"equals": '{"kg": 5, "crop": "wheat"}'}, JSON),
    ({"equals": {"kg": 5}}, said(' {"kg": 5} ')),
    ({"equals": [1, 2]}, Answered([1, 2], ("[1,2]",))),
    ({"equals": 5}, said("5")),
    ({"contains": "wheat"}, WHEAT),
    ({"contains": ["WHEAT", "५ kg"]}, WHEAT),
    ({"contains": "गेहूँ"}, said("नवंबर में गेहूँ बोएँ।")),
    ({"not_contains": "rice"}, WHEAT),
    ({"not_contains": ["rice", "maize"]}, WHEAT),
    ({"matches": r"(?i)\bwheat\b.*\d+ kg"}, WHEAT),
    ({"matches": r"^\p{Devanagari}+$"}, said("गेहूँ")),
    ({"one_of": ["Yes", "हाँ"]}, said(" हाँ ")),
    ({"json_schema": {"type": "object", "required": ["crop"]}}, JSON),
    ({"json_schema": {"type": "array", "items": {"type": "integer"}}}, said("[1, 2]")),
    ({"language": "hindi"}, said("नवंबर में गेहूँ बोएँ।")),
    ({"language": "hi-latn"}, said("November mein gehun boyein.")),
    ({"max_characters": 3}, said("की", "👍🏽", "a")),
    ({"max_messages": 2}, said("One.", "Two.")),
    ({"max_messages": "1"}, said("a" * 4_096)),
    ({"found": True}, said("In the guide.", found=True)),
    ({"found": "false"}, said("I do not know.", found=False)),
    ({"guardrail": "topics"}, said("No.", guardrail="topics")),
    ({"guardrail": "None"}, WHEAT),
    ({"status": "OK"}, WHEAT),
    ({"status": "provider_timeout"}, Answered(status="provider_timeout")),
    ({"result": {"crop": "wheat", "age": 5}}, said(results={"crop": "Wheat ", "age": "5"})),
    ({"result": {"crop.category": "Grain"}}, said(results={"crop": {"category": "grain"}})),
    ({"result": {"crop": "wheat"}}, said(results={"crop": {"input": "Wheat", "x": 1}})),
    ({"result": {"ok": True, "kg": 5.0}}, said(results={"ok": "true", "kg": 5})),
    ({"result": {"a.b": "1", "list": [1]}}, said(results={"a.b": 1, "list": [1]})),
    ({"reaches": NODE}, said(reached=frozenset({NODE}))),
    ({"reaches": "481A"}, said(reached=frozenset({NODE}))),
    ({"reaches": "हाँ "}, said(reached=frozenset({"हाँ"}))),
]


@pytest.mark.parametrize(("check", "answered"), PASS)
def test_it_passes(check: dict[str, Any], answered: Answered) -> None:
    found = run(check, answered)
    assert found.passed is True
    assert found.why


FAIL: list[tuple[dict[str, Any], Answered, str]] = [
    ({"equals": "wheat"}, said("Wheat!"), "the answer is “Wheat!”, not “wheat”"),
    ({"equals": {"kg": 5}}, said("5 kg"), "the answer is not JSON: “5 kg”"),
    ({"equals": True}, Answered(1, ("1",)), "the answer is 1, not true"),
    ({"contains": ["wheat", "rice", "maize"]}, WHEAT, "the answer lacks “rice”, “maize”"),
    ({"not_contains": ["rice", "WHEAT"]}, WHEAT, "the answer contains “WHEAT”"),
    ({"matches": "wheat"}, said("Wheat"), "nothing in “Wheat” matches the pattern"),
    ({"matches": r"^\d+$"}, said("5 kg"), "nothing in “5 kg” matches the pattern"),
    (
        {"one_of": ["Yes", "No"]},
        said("Yes, sure"),
        "the answer is “Yes, sure”, none of “Yes”, “No”",
    ),
    (
        {"json_schema": {"type": "object", "required": ["age"]}},
        JSON,
        "the answer does not fit the schema: “answer: 'age' is a required property”",
    ),
    ({"json_schema": {"type": "object"}}, said("wheat"), "the answer is not JSON: “wheat”"),
    ({"language": "Hindi"}, WHEAT, "the answer is in English, not in Hindi"),
    ({"language": "Hindi"}, said("123"), "the answer's language cannot be told; Hindi is wanted"),
    ({"max_characters": 2}, said("की", "👍🏽", "a"), "the answer has 3 characters, more than 2"),
    ({"max_messages": 1}, said("One.", "Two."), "the answer is 2 messages, more than 1"),
    ({"max_messages": 1}, said("a" * 4_097), "the answer is 2 messages, more than 1"),
    ({"found": True}, said("?", found=False), "the answer was not found in the documents"),
    ({"found": False}, said("?", found=True), "the answer was found in the documents"),
    (
        {"found": False},
        WHEAT,
        "the answer does not say whether it was found in the documents",
    ),
    ({"guardrail": "topics"}, WHEAT, "the guardrail is “none”, not “topics”"),
    ({"status": "invalid_input"}, WHEAT, "the call ended with ok, not with invalid_input"),
    (
        {"result": {"crop": "rice"}},
        said(results={"crop": "wheat"}),
        "the result crop is “wheat”, not “rice”",
    ),
    (
        {"result": {"crop.category": "x", "age": 5}},
        said(results={"crop": "wheat"}),
        "the result crop.category is missing; “x” is wanted",
    ),
    (
        {"reaches": "Yes"},
        said(reached=frozenset({NODE, "Yes please"})),
        "the flow never reaches “Yes”",
    ),
    ({"reaches": "481"}, said(reached=frozenset({NODE})), "the flow never reaches “481”"),
    (
        {"reaches": "Yes please"[:4]},
        said(reached=frozenset({"Yes please"})),
        "the flow never reaches “Yes”",
    ),
]


@pytest.mark.parametrize(("check", "answered", "why"), FAIL)
def test_it_fails_and_says_what_was_found_and_wanted(
    check: dict[str, Any], answered: Answered, why: str
) -> None:
    found = run(check, answered)
    assert (found.passed, found.why) == (False, why)


REFUSED = [
    *(
        {name: value}
        for name in ("equals", "contains", "matches")
        for value in ("", " \u200b", None)
    ),
    *({"contains": value} for value in (5, [], [5], [""], ["a"] * 101, "a" * 4_097, {"a": 1})),
    *({"matches": value} for value in ("(", "(?=a)", r"(a)\1", "a" * 501, 5)),
    *({"one_of": value} for value in ("Yes", [], [1])),
    {"json_schema": "object"},
    {"json_schema": {"type": "object", "properties": {"a": {"$ref": "https://example.org"}}}},
    {"json_schema": {"type": "string", "pattern": "(?=a)"}},
    {"json_schema": {"type": "nothing"}},
    *({"language": value} for value in ("Klingon", "", 5)),
    *({"max_characters": value} for value in (0, -1, 5.5, "5.5", "many", 100_001, None)),
    *({"max_messages": value} for value in (0, 1_001)),
    {"found": "perhaps"},
    {"status": "provider_tired"},
    *({"result": value} for value in ("wheat", {}, {"": 1}, {"a" * 257: 1})),
    *({"judge": value} for value in (6, -1, 2.5, "good", False, "9" * 5_000)),
]


@pytest.mark.parametrize("check", REFUSED)
def test_a_value_that_it_cannot_use_is_refused_by_its_name(check: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        read_checks([check])
    messages: Any = refused.value.messages
    assert list(messages[0]) == list(check)


def test_every_check_is_tried_both_ways() -> None:
    own = {"judge"}  # below
    known = set(load_checks().names()) - own
    assert {name for check, _ in PASS for name in check} == known
    assert {name for check, _, _ in FAIL for name in check} == known


def test_a_pattern_takes_time_linear_in_the_answer() -> None:
    assert run({"matches": "(a+)+$"}, said("a" * 30_000 + "b")).passed is False


def test_a_large_pattern_is_not_looked_for_in_a_very_long_answer() -> None:
    large = "(?:a|b|ab|ba|aba){1,1000}q"
    started = time.process_time()
    for length in (200_000, 2_000_000):
        found = run({"matches": large}, said("ab" * (length // 2)))
        assert found.passed is False
        assert found.why == "the answer is too long to look for so large a pattern in it"
    assert time.process_time() - started < 5
    assert run({"matches": large}, said("ab" * 50 + "q")).passed
    assert run({"matches": r"\d{10}$"}, said("अ" * 100_000 + "9876543210")).passed


SCORES = Judgement((Score("reference", 4, "Says so."), Score("prompt", 2, "Too\nlong.")))


@pytest.mark.parametrize(
    ("minimum", "judgement", "of_set", "passed", "why"),
    [
        (2, SCORES, 4, True, "scores of 5: reference 4, prompt 2"),
        (3, SCORES, 4, False, "true to the prompt: 2 of 5, not 3: “Too long.”"),
        (True, SCORES, 2, True, "scores of 5: reference 4, prompt 2"),
        (None, SCORES, 3, False, "true to the prompt: 2 of 5, not 3: “Too long.”"),
        ("2", SCORES, 5, True, "scores of 5: reference 4, prompt 2"),
        (2, None, 4, None, "no judge was asked"),
        (0, Judgement(why="twice out of form"), 4, None, "twice out of form"),
    ],
)
def test_a_judge_passes_what_reaches_the_least_score_of_each_rule(
    minimum: Any, judgement: Judgement | None, of_set: int, passed: bool | None, why: str
) -> None:
    found = run({"judge": minimum}, said("Yes."), judgement=judgement, minimum=of_set)
    assert (found.passed, found.why) == (passed, why)


@pytest.mark.parametrize("name", ["", ".result", ".reaches"])
def test_the_examples(name: str) -> None:
    check_examples(importlib.import_module(f"{checks.__name__}{name}"))
