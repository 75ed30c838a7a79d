"""Compares two runs of a question set, case by case."""

from __future__ import annotations

from dataclasses import dataclass

from answers.question_sets.question_set import Case
from answers.question_sets.runs.run import Json, Run
from answers.question_sets.runs.store import RunStore
from answers.question_sets.statistics import paired_p, verdict_of


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the cases of a later run ended against those of an earlier one.

    `left_out` are cases that only one of the runs answered, or that were changed between them.
    """

    better: list[str]
    worse: list[str]
    same: int
    left_out: list[str]

    @property
    def p_value(self) -> float:
        """How likely chance alone parts them so unevenly: the exact sign test, two-sided."""
        return paired_p(len(self.better), len(self.worse))

    @property
    def verdict(self) -> str:
        return verdict_of(len(self.better), len(self.worse))

    def as_dict(self) -> Json:
        return {
            "better": self.better,
            "worse": self.worse,
            "same": self.same,
            "p_value": round(self.p_value, 6),
            "verdict": self.verdict,
            "left_out": self.left_out,
        }


def compare(store: RunStore, before: Run, after: Run) -> Comparison:
    """Compare two runs of the same question set, by which way most repeats of each case went.

    As many of either, and an unsure judge, stand between passed and failed.
    Raises NotFound where the cases of one are not kept any more.
    """
    earlier, later = _ended(store, before), _ended(store, after)
    changed = _changed(store, before, after)
    both = [case for case in later if case in earlier and case not in changed]
    change = {case: later[case] - earlier[case] for case in both}
    left_out = [case for case in {**earlier, **later} if case not in change]
    return Comparison(
        better=[case for case, step in change.items() if step > 0],
        worse=[case for case, step in change.items() if step < 0],
        same=sum(step == 0 for step in change.values()),
        left_out=left_out,
    )


def _ended(store: RunStore, run: Run) -> dict[str, int]:
    """The standing of each answered case, by its id."""
    _, ids = store.asked(run)
    ended = zip(ids, run.standings, strict=True)
    return {case: standing for case, standing in ended if standing is not None}


def _changed(store: RunStore, before: Run, after: Run) -> set[str]:
    """The cases that are not the same in both runs."""
    if before.plan.digest == after.plan.digest:
        return set()
    earlier, later = _cases(store, before), _cases(store, after)
    return {case for case in earlier.keys() & later.keys() if earlier[case] != later[case]}


def _cases(store: RunStore, run: Run) -> dict[str, Case]:
    whole = store.snapshots.whole(run.organization_id, run.id)
    return {case.id: case for case in whole.cases}
