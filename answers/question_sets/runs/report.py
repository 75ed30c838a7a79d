"""A run as the API and the pages show it: its figures, and its cases a page at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from answers.question_sets.checking import JUDGE
from answers.question_sets.runs.labels import WORDS, Labels, in_words
from answers.question_sets.runs.run import MISSING, Json, Run, mark_of, verdict_of_marks
from answers.question_sets.runs.store import RunStore
from answers.question_sets.statistics import wilson
from flowhook.batches import batches
from flowhook.timestamps import timestamp

PAGE_BYTES = 8 * 1024 * 1024  # of the cases of one answer
AT_ONCE = 100  # cases that are read together


def figures(run: Run) -> Json:
    """What is known of a run without its cases."""
    plan, done, passed = run.plan, run.done, run.passed
    low, high = wilson(passed, done)
    shown: Json = {
        "id": run.id,
        "question_set": plan.question_set,
        "status": run.status,
        "done": done,
        "total": run.total,
        "pass_rate": round(passed / done, 4) if done else 0.0,
        "interval": [round(low, 4), round(high, 4)],
        "tokens": run.tokens,
        "cost": None if run.cost is None else round(run.cost, 6),
        "repeats": plan.repeats,
        "prompts": dict(plan.variant.prompts),
        "revision": plan.variant.revision,
        "model": plan.variant.model,
        "max_tokens_spent": plan.max_tokens,
        "max_cost": plan.max_cost,
        "by": plan.by,
        "created_at": moment(run.created),
        "started_at": moment(run.started),
        "ended_at": moment(run.ended),
    }
    more = {
        "reason": run.reason,
        "waits_for": run.waits_for,
        "waits_until": moment(run.waits_until) if run.waits_for else None,
    }
    return shown | {name: value for name, value in more.items() if value}


class Report:
    """Shows runs with their cases."""

    def __init__(self, store: RunStore) -> None:
        self.store = store
        self.labels = Labels(store)

    def whole(self, run: Run, places: Sequence[int], count: int | None = None) -> Json:
        """A run with as many of these cases as there is room for, and the place of the last of
        them where there are more (`next_cursor`). Raises NotFound."""
        asked, ids = self.store.asked(run)
        labels = self.store.labels(run)
        agreement = self.labels.agreement(run, asked, labels)
        told: list[Json] = []
        room, last = PAGE_BYTES, None
        wanted = places if count is None else places[:count]
        for place, case in self._cases(run, ids, wanted):
            if place in labels:
                case["label"] = WORDS[labels[place]]
            for check in case["checks"]:
                if check["check"] == JUDGE:
                    check["agreement"] = in_words(agreement)
            room -= len(orjson.dumps(case))
            if room < 0 and told:
                break
            told.append(case)
            last = place
        is_whole = len(told) == len(places)
        cursor = None if is_whole or last is None else str(last)
        more = {"agreement": agreement, "cases": told, "next_cursor": cursor}
        return figures(run) | more

    def _cases(
        self, run: Run, ids: Sequence[str], places: Iterable[int]
    ) -> Iterable[tuple[int, Json]]:
        repeats = run.plan.repeats
        for some in batches(places, AT_ONCE):
            marks = [place * repeats + repeat for place in some for repeat in range(repeats)]
            results = self.store.results(run, marks)
            for place in some:
                start = place * repeats
                answers = [results[at] for at in range(start, start + repeats) if at in results]
                if answers:
                    yield place, shown_case(ids[place], repeats, answers)


def answered_places(run: Run, failing: bool | None = None) -> list[int]:
    """The places of the cases with an answer, in order: all, those that did not pass (`failing`),
    or those that did."""
    if failing is not None:
        verdicts = enumerate(run.verdicts)
        return [at for at, one in verdicts if one is not None and (one is not True) == failing]
    repeats = run.plan.repeats
    starts = range(0, len(run.marks), repeats)
    none = MISSING * repeats
    return [at // repeats for at in starts if run.marks[at : at + repeats] != none]


def shown_case(case_id: str, repeats: int, answers: Sequence[Mapping[str, Any]]) -> Json:
    """A case with what its repeats have in common; what is shown of one is of the first that did
    not pass, else of the first."""
    verdict = verdict_of_marks("".join(mark_of(one["passed"]) for one in answers))
    told = next((one for one in answers if one["passed"] is not True), answers[0])
    case: Json = {
        "id": case_id,
        **_shown_answer(told),
        "passed": verdict,
        "milliseconds": round(sum(one["milliseconds"] for one in answers) / len(answers), 1),
        "tokens": sum(one["tokens"] for one in answers),
    }
    if repeats > 1:
        case["repeats"] = [_shown_answer(one) for one in answers]
    return case


def _shown_answer(one: Mapping[str, Any]) -> Json:
    passed = "unsure" if one["passed"] is None else one["passed"]
    shown = {
        "answer": one["answer"],
        "passed": passed,
        "checks": [dict(check) for check in one["checks"]],
        "milliseconds": one["milliseconds"],
        "tokens": one["tokens"],
        "status": one["status"],
        "model": one["model"],
        "request_id": one["request_id"],
    }
    optional = ("error", "judgement", "judge_status", "from_before")
    return shown | {name: one[name] for name in optional if one.get(name)}


def moment(seconds: float) -> str | None:
    """Epoch seconds as text; None for 0, never."""
    return timestamp(datetime.fromtimestamp(seconds, UTC)) if seconds else None
