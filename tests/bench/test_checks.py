"""The changes that the benchmark seeds are real ones, and the comparison tells them from luck."""

from __future__ import annotations

import random

import fakeredis
import pytest

from answers.question_sets.checking import run_checks
from answers.question_sets.statistics import BETTER, NO_DIFFERENCE, WORSE
from bench import stand_ins
from bench.checks import (
    BROKEN,
    CASES,
    FOUND_GOAL,
    Change,
    change_of,
    compared,
    same_prompt,
)
from bench.regressions import regressions
from bench.stand_ins import Regression, Setup, without
from bench.stand_ins.farmers import FARMERS, PROMPT, answer
from bench.stand_ins.helpline import helpline
from tests.examples import check_examples


@pytest.fixture(scope="module")
def known() -> list[Change]:
    return [change_of(one) for one in regressions(helpline(fakeredis.FakeRedis()))]


def test_there_are_thirty_on_prompts_models_and_a_flow(known: list[Change]) -> None:
    made = [one.regression for one in known]
    assert len({(one.subject.name, one.name) for one in made}) == 30
    assert {one.subject.name for one in made} == {
        "farmers' helper",
        "parents' sorter",
        "helpline's flow",
    }
    assert all(len(one.subject.cases) == CASES for one in made)
    assert all(any(case.must for case in one.subject.cases) for one in made)


def test_each_breaks_some_cases_but_none_that_must_pass(known: list[Change]) -> None:
    for one in known:
        assert len(one.broken) in BROKEN, one.regression.name
        assert not any(case.must for case in one.broken), one.regression.name


def test_nearly_all_are_found(known: list[Change]) -> None:
    chances = random.Random(1)
    found = [sum(one.is_found(0.005, 1, chances) for one in known) for _ in range(20)]
    assert sum(found) / len(found) >= FOUND_GOAL


def test_repeats_find_more_where_a_model_slips_often(known: list[Change]) -> None:
    def found(repeats: int) -> int:
        chances = random.Random(1)
        return sum(one.is_found(0.02, repeats, chances) for one in known for _ in range(10))

    assert found(3) > 1.1 * found(1)


def test_a_change_that_breaks_few_cases_is_not_called_worse() -> None:
    edit = without("- If somebody swallowed poison")
    few = change_of(Regression("emergency gone", FARMERS, edit))
    assert [case.must for case in few.broken] == [True, True]  # which is what `must` is for
    assert not few.is_found(0.0, 1, random.Random(1))


def test_verdicts_are_of_the_second_run_against_the_first() -> None:
    good, bad = [1] * 40, [1] * 34 + [-1] * 6
    assert compared(good, bad) == WORSE
    assert compared(bad, good) == BETTER
    assert compared(good, good) == compared(bad, bad) == NO_DIFFERENCE


def test_the_same_prompt_is_seldom_called_worse() -> None:
    told = same_prompt(100, 0.85, random.Random(1))
    assert told.total() == 100
    assert told[WORSE] <= 5


@pytest.mark.parametrize(
    ("dropped", "question", "before", "after"),
    [
        (
            "- If the table",
            "When do I sow saffron?",
            "I do not know. Call 1551.",
            "Sow saffron in November.",
        ),
        ("| rice", "How much rice seed?", "Take 8 kg of rice seed. Buy it sealed.", None),
        (
            "- Answer a question in Hindi",
            "गेहूँ की बुआई कब करें?",
            "गेहूँ की बुआई नवंबर में करें।",
            "Sow wheat in November.",
        ),
    ],
)
def test_the_stand_in_reads_its_prompt(
    dropped: str, question: str, before: str, after: str | None
) -> None:
    changed = without(dropped)(Setup(PROMPT)).prompt
    assert answer(PROMPT, "steady", question) == before
    assert answer(changed, "steady", question) == (after or "I do not know. Call 1551.")


def test_a_slip_fails_a_case() -> None:
    case = FARMERS.cases[0]
    slipped = FARMERS.ask(FARMERS.setup, case, True)
    assert not all(one.passed for one in run_checks(case, slipped))


def test_the_examples() -> None:
    check_examples(stand_ins)
