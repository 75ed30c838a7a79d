"""Does a run of a question set tell a worse prompt from bad luck? `python -m bench.checks`.

The same prompt twice must rarely be called worse; of thirty changes that break 6 to 12 of 40 cases,
nearly all must be. Stand-ins for a model answer by what a prompt says (`bench/stand_ins`); the
checks and the paired test are the service's own. The changes break no `must` case.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from answers.question_sets.checking import passed, run_checks
from answers.question_sets.question_set import Case
from answers.question_sets.runs.run import mark_of, standing_of_marks
from answers.question_sets.statistics import WORSE, verdict_of
from answers.question_sets.target import Answered
from bench.goals import verdict
from bench.regressions import regressions
from bench.stand_ins import Regression, Setup, Subject, said
from bench.stand_ins.helpline import helpline
from flowhook.redis import embedded
from flowhook.redis.connect import connect

CASES, TIMES, CHANCE = 40, 500, 0.85
FALSE_ALARM_GOAL = 0.05
FOUND_GOAL = 27
BROKEN = range(6, 13)  # cases that each change breaks
SLIPS = ((0.0, 1), (0.005, 1), (0.02, 1), (0.02, 3), (0.05, 3))
"""Shares of a model's answers that go wrong by chance, and how often each case is asked."""
GOAL_SLIPS = 0.005
ROUNDS = 200  # of other chances
SEED = 14

Standings = Sequence[int | None]


@dataclass(frozen=True)
class Outcomes:
    """Which cases pass, and which of them pass although the model slips."""

    steady: list[bool]
    slipping: list[bool]

    def run(self, slips: float, repeats: int, chances: random.Random) -> Standings:
        """How the cases of a run stand where so many answers, 0 to 1, slip."""
        return [
            standing_of_marks(
                "".join(
                    mark_of(slipped if chances.random() < slips else steady) for _ in range(repeats)
                )
            )
            for steady, slipped in zip(self.steady, self.slipping, strict=True)
        ]


@dataclass(frozen=True)
class Change:
    """A regression with the outcomes before it and after it."""

    regression: Regression
    before: Outcomes
    after: Outcomes

    @property
    def broken(self) -> list[Case]:
        """The cases that it breaks."""
        pairs = zip(self.regression.subject.cases, self.after.steady, strict=True)
        return [case for case, passes in pairs if not passes]

    def is_found(self, slips: float, repeats: int, chances: random.Random) -> bool:
        """Whether a run after it is worse than a run before it."""
        before = self.before.run(slips, repeats, chances)
        return compared(before, self.after.run(slips, repeats, chances)) == WORSE


def run() -> Iterator[str]:
    """The lines to print."""
    yield f"the same prompt twice, {CASES} cases, answers right by {CHANCE:.0%}, {TIMES} times"
    told = same_prompt(TIMES, CHANCE, random.Random(SEED))
    share = told[WORSE] / TIMES
    yield f"  called worse            {share:5.1%}  {verdict(share, FALSE_ALARM_GOAL)}"
    with own_redis() as redis:
        known = [change_of(one) for one in regressions(helpline(redis))]
    for one in known:
        assert len(one.broken) in BROKEN, one.regression.name
        assert not any(case.must for case in one.broken), one.regression.name
    yield f"{len(known)} changes, each breaks {BROKEN[0]} to {BROKEN[-1]} of {CASES} cases"
    for slips, repeats in SLIPS:
        yield _found(known, slips, repeats)


def _found(known: Sequence[Change], slips: float, repeats: int) -> str:
    """How many changes are called worse, over rounds of other chances."""
    chances = random.Random(SEED)
    found = [sum(one.is_found(slips, repeats, chances) for one in known) for _ in range(ROUNDS)]
    mean = sum(found) / ROUNDS
    enough = sum(count >= FOUND_GOAL for count in found) / ROUNDS
    what = f"{slips:4.1%} slip, {repeats} {'repeats' if repeats > 1 else 'repeat '}"
    figures = f"{mean:4.1f} called worse; {enough:4.0%} of runs find {FOUND_GOAL} or more"
    goal = verdict(mean, FOUND_GOAL, is_least=True) if slips <= GOAL_SLIPS else ""
    return f"  {what}  {figures}  {goal}".rstrip()


def same_prompt(times: int, chance: float, chances: random.Random) -> Counter[str]:
    """The verdicts of so many comparisons of a prompt with itself."""
    cases = [Case(str(at), ("?",), checks=({"contains": "wheat"},)) for at in range(CASES)]

    def once() -> Standings:
        texts = ["Sow wheat." if chances.random() < chance else "Sow rice." for _ in cases]
        told = [_passes(case, said(text, text)) for case, text in zip(cases, texts, strict=True)]
        return [standing_of_marks(mark_of(passes)) for passes in told]

    return Counter(compared(once(), once()) for _ in range(times))


def change_of(one: Regression) -> Change:
    """Ask all cases before it and after it."""
    subject = one.subject
    before = outcomes(subject, subject.setup)
    assert all(before.steady), f"{subject.name} fails as it is"
    return Change(one, before, outcomes(subject, one.edit(subject.setup)))


def outcomes(subject: Subject, setup: Setup) -> Outcomes:
    return Outcomes(
        *(
            [_passes(case, subject.ask(setup, case, slips)) for case in subject.cases]
            for slips in (False, True)
        )
    )


def _passes(case: Case, answered: Answered) -> bool:
    return passed(run_checks(case, answered)) is True


def compared(before: Standings, after: Standings) -> str:
    """The verdict of a run against the run before it, as `compare` of runs gives it."""
    steps = [(now or 0) - (then or 0) for then, now in zip(before, after, strict=True)]
    return verdict_of(better=sum(one > 0 for one in steps), worse=sum(one < 0 for one in steps))


@contextmanager
def own_redis() -> Iterator[Any]:
    """An embedded server of its own."""
    with tempfile.TemporaryDirectory(prefix="flowhook-bench-") as directory:
        embedded.ensure(Path(directory))
        try:
            yield connect(None, Path(directory))
        finally:
            embedded.release(Path(directory))


if __name__ == "__main__":
    for line in run():
        print(line, flush=True)
