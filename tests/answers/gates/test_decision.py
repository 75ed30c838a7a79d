"""What a new version may do to the cases of its gate."""

from __future__ import annotations

import pytest

from answers.gates.decision import Outcomes, Passed, decide

ALL_WELL: Outcomes = {"a": True, "b": True, "c": True}


def test_a_version_that_answers_like_the_live_one_goes_live() -> None:
    decided = decide({"a"}, ALL_WELL, ALL_WELL)
    assert (decided.is_refused, decided.why, decided.cases) == (False, "", {})


@pytest.mark.parametrize(
    ("live", "new", "is_refused"),
    [
        (True, False, True),
        (True, "unsure", True),
        ("unsure", False, True),
        (False, False, False),
        ("unsure", "unsure", False),
        (False, "unsure", False),
        (True, True, False),
    ],
)
def test_a_case_that_must_pass_may_not_get_worse(
    live: Passed, new: Passed, is_refused: bool
) -> None:
    decided = decide({"a"}, {**ALL_WELL, "a": new}, {**ALL_WELL, "a": live})
    assert decided.is_refused is is_refused
    assert list(decided.cases) == (["a"] if is_refused else [])


def test_a_case_that_need_not_pass_may_fail_alone() -> None:
    assert not decide({"a"}, {**ALL_WELL, "b": False}, ALL_WELL).is_refused


def test_a_worse_verdict_refuses_and_names_the_cases() -> None:
    worse = [f"c{number}" for number in range(6)]
    new, live = dict.fromkeys(worse, False), dict.fromkeys(worse, True)
    decided = decide({"c1"}, new, live, worse, 0.03125)
    assert decided.is_refused
    assert decided.why == (
        "cases that must pass fail: c1; it answers 6 cases worse (p = 0.031):"
        " c0, c1, c2, c3, c4 and 1 more"
    )
    assert list(decided.cases) == ["c1", "c0", "c2", "c3", "c4", "c5"]  # the gravest first


@pytest.mark.parametrize("new", [False, "unsure"])
def test_with_nothing_live_each_case_that_must_pass_has_to(new: Passed) -> None:
    assert decide({"a"}, {**ALL_WELL, "a": new}, None).is_refused
    assert not decide({"a"}, {"a": True, "b": False, "c": new}, None).is_refused


def test_a_case_without_an_answer_counts_as_failed() -> None:
    assert decide({"a"}, {}, {"a": True}).is_refused
    assert not decide({"a"}, {}, {}).is_refused
