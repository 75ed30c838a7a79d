"""Two runs are compared case by case, by which way most repeats went."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from answers.question_sets.runs import run as runs
from answers.question_sets.runs.comparing import Comparison, compare
from tests.answers.question_sets.runs.running import Running, answered
from tests.examples import check_examples

WORDS = {"p": "wheat", "f": "rice"}


@pytest.fixture
def running(fake_redis: redis.Redis) -> Running:
    return Running(fake_redis)


def compared(running: Running, before: list[str], after: list[str]) -> Comparison:
    """Compare runs whose cases' repeats end as the letters say: `p` passed, `f` failed."""
    running.put(len(before))
    made = []
    for ended in (before, after):
        said = {f"q{case}": iter(marks) for case, marks in enumerate(ended)}
        running.target.answering = lambda case, said=said: answered(  # type: ignore[misc]
            WORDS[next(said[case.id])]
        )
        run = running.start(repeats=len(ended[0]), fresh=True)
        running.work()
        made.append(running.run(run))
    return compare(running.store, *made)


def test_six_cases_that_got_worse_are_a_worse_run(running: Running) -> None:
    found = compared(running, ["p"] * 10, ["f"] * 6 + ["p"] * 4)
    assert found.as_dict() == {
        "better": [],
        "worse": [f"q{case}" for case in range(6)],
        "same": 4,
        "p_value": 0.03125,
        "verdict": "worse",
        "left_out": [],
    }
    assert compared(running, ["f"] * 6, ["p"] * 6).verdict == "better"
    assert compared(running, ["p"] * 5, ["f"] * 5).verdict == "no difference shown"


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("ppp", "ppf", "same"),  # one repeat went wrong by chance
        ("ppf", "ppp", "same"),
        ("fff", "pff", "same"),
        ("ppp", "pff", "worse"),
        ("ppf", "fff", "worse"),
        ("fff", "fpp", "better"),
        ("pp", "pf", "worse"),  # as many of either stand between
        ("ff", "pf", "better"),
        ("pf", "fp", "same"),
    ],
)
def test_most_repeats_decide(running: Running, before: str, after: str, change: str) -> None:
    found: dict[str, Any] = compared(running, [before], [after]).as_dict()
    assert found["same"] == (change == "same")
    assert found["worse"] == (["q0"] if change == "worse" else [])
    assert found["better"] == (["q0"] if change == "better" else [])


def test_the_examples() -> None:
    check_examples(runs)
