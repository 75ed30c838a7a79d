"""A person's view of a run's answers, and how far the judge agrees with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from answers.question_sets.checking import JUDGE
from answers.question_sets.question_set import QuestionSet, digest_of
from answers.question_sets.runs.run import FAILS, PASSED, RUN_SECONDS, UNSURE, Json, Run, mark_of
from answers.question_sets.runs.store import RunStore
from answers.question_sets.statistics import MIN_LABELS, NOT_CALIBRATED, kappa
from answers.question_sets.stored_set import judge_json
from flowhook.errors import InvalidInput
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key

MARKS: Mapping[str, str] = {"passed": PASSED, "failed": FAILS}
WORDS: Mapping[str, str] = {mark: word for word, mark in MARKS.items()}
OF_RUN, OF_SET = "run", "question_set"


class Labels:
    """Keeps labels, and tells the agreement of judge and person.

    A run without labels tells that of the last run of its set whose judge, the same one, is
    calibrated.
    """

    def __init__(self, store: RunStore) -> None:
        self.store = store

    def keep(self, run: Run, given: Mapping[str, str]) -> Json:
        """Keep labels, "passed" or "failed", by the ids of cases; returns the agreement then.

        Raises InvalidInput for a case that the run has no answer of.
        """
        asked, ids = self.store.asked(run)
        places = {case: place for place, case in enumerate(ids)}
        verdicts = run.verdicts
        unknown = [case for case in given if case not in places or verdicts[places[case]] is None]
        if unknown:
            raise InvalidInput(
                f"this run has no answer of {', '.join(unknown[:5])}",
                fix="Name cases of the run by their ids.",
                fields={case: ["No answered case of this run."] for case in unknown[:20]},
            )
        self.store.label(run, {places[case]: MARKS[word] for case, word in given.items()})
        agreement = self.agreement(run, asked, self.store.labels(run))
        if agreement["calibrated"] and agreement["of"] == OF_RUN:
            self._keep_agreement(run, asked, agreement)
        return agreement

    def agreement(self, run: Run, asked: QuestionSet, labels: Mapping[int, str]) -> Json:
        """`{"kappa", "labels", "calibrated", "of"}`; kappa is None where it is not defined."""
        if not labels:
            return self._earlier(run, asked) or _told(None, 0, OF_RUN)
        repeats = run.plan.repeats
        first = {place: place * repeats for place in labels}
        results = self.store.results(
            run, [start + repeat for start in first.values() for repeat in range(repeats)]
        )
        pairs = [
            (judged([results.get(first[place] + repeat, {}) for repeat in range(repeats)]), label)
            for place, label in labels.items()
        ]
        return _told(kappa(pairs), len(pairs), OF_RUN)

    # --- inside -------------------------------------------------------------------------

    def _keep_agreement(self, run: Run, asked: QuestionSet, agreement: Json) -> None:
        key, kept = agreement_key(run.organization_id), {**agreement, "judge": judge_of(asked)}
        write(
            self.store.redis,
            ("HSET", key, run.plan.question_set, orjson.dumps(kept)),
            ("EXPIRE", key, RUN_SECONDS),
        )

    def _earlier(self, run: Run, asked: QuestionSet) -> Json | None:
        held = self.store.redis.hget(agreement_key(run.organization_id), run.plan.question_set)
        kept = orjson.loads(held) if held else {}
        if kept.get("judge") != judge_of(asked):
            return None
        return _told(kept["kappa"], kept["labels"], OF_SET)


def judged(results: list[Mapping[str, Any]]) -> str:
    """The mark that the judge gave a case, else that of all its checks; unsure where its repeats
    disagree.

    >>> judged([{"passed": False, "checks": [{"check": "judge", "passed": True}]}])
    'p'
    >>> judged([{"passed": True, "checks": []}, {"passed": False, "checks": []}])
    'u'
    """
    marks = set()
    for result in results:
        by_judge = [one["passed"] for one in result.get("checks", ()) if one["check"] == JUDGE]
        passed = by_judge[0] if by_judge else result.get("passed")
        marks.add(UNSURE if passed == "unsure" else mark_of(passed))
    return marks.pop() if len(marks) == 1 else UNSURE


def judge_of(asked: QuestionSet) -> str:
    """A short name for the judge of a set as it is set."""
    return digest_of(judge_json(asked.judge))


def agreement_key(org: str) -> str:
    return org_key(org, "judge_agreement")


def in_words(agreement: Mapping[str, Any]) -> float | str | None:
    """The kappa that stands beside a verdict of the judge."""
    return agreement["kappa"] if agreement["calibrated"] else NOT_CALIBRATED


def _told(value: float | None, labels: int, of: str) -> Json:
    return {"kappa": value, "labels": labels, "calibrated": labels >= MIN_LABELS, "of": of}
