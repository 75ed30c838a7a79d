"""A run of a question set on its page, and two beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for

from answers.prompts.prompt import read_reference
from answers.question_sets.question_set import Case, QuestionSet
from answers.question_sets.runs.comparing import compare
from answers.question_sets.runs.report import Report, figures
from answers.question_sets.runs.run import Run, Verdict
from flowhook.errors import FlowhookError
from flowhook.records.log import LogFilter
from web.case_rows import row_of
from web.flow_pages import asked_start
from web.language import N_
from web.page_services import PageServices
from web.question_set_views import SetViews

PAGE_CASES = 50
OTHER_RUNS = 50  # that a run may be compared with, on its page
FILTERS: Mapping[str, tuple[Verdict, ...]] = {
    "": (False, "unsure", True),
    "open": (False, "unsure"),
    "failed": (False,),
    "unsure": ("unsure",),
    "passed": (True,),
}
FILTER_WORDS = {
    "": N_("All"),
    "open": N_("Failed or unsure"),
    "failed": N_("Failed"),
    "unsure": N_("Unsure"),
    "passed": N_("Passed"),
}
RULE_WORDS = {
    "reference": N_("True to the right answer"),
    "knowledge": N_("True to the knowledge"),
    "prompt": N_("True to the prompt"),
}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sides:
    """A case as two runs answered it; None where it was left out."""

    case: Case
    before: Json | None
    after: Json | None


class RunViews:
    """Shows runs."""

    def __init__(self, services: PageServices) -> None:
        self.services = services
        self.store = services.question_runs.store
        self.report = Report(self.store)
        self.sets = SetViews(services)

    def shown(self, org: str, name: str, run_id: str, error: FlowhookError | None = None) -> str:
        run = self.store.get(org, run_id, name)
        asked = self.store.asked(run)[0]
        show, start = asked_filter()["show"], asked_start()
        places = ordered_places(run, FILTERS[show])
        page = places[start : start + PAGE_CASES]
        whole = self.report.whole(run, page)
        cases = self.store.cases(run, page)
        others, _more = self.store.runs(org, name, OTHER_RUNS)
        after = start + len(whole["cases"])
        return render_template(
            "web/run.html",
            run=run,
            figures=whole,
            asked=asked,
            prompt=prompt_of(run, asked),
            target_words=self.sets.target_words(org),
            cases=[(cases[place], told) for place, told in zip(page, whole["cases"], strict=False)],
            counts=counts(run),
            show=show,
            start=start,
            filters=FILTER_WORDS,
            rules=RULE_WORDS,
            question=lambda case: row_of(case).texts["question"],
            after=after if after < len(places) else None,
            before=max(0, start - PAGE_CASES) if start else None,
            others=[one for one in others if is_earlier(one, run) and one.done],
            error=error,
        )

    def call(self, org: str, name: str, run_id: str, request_id: str) -> str:
        """The address of a call in the log; of the list where there is not just one."""
        page = self.services.log.page(org, LogFilter(request_id=request_id), "", 2)
        if len(page["logs"]) == 1:
            entry_id = page["logs"][0]["id"]
            return url_for("web.logs.show", org=org, entry_id=entry_id, set=name, run=run_id)
        return url_for("web.logs.index", org=org, request_id=request_id)

    def compared(self, org: str, name: str, run_id: str, other_id: str) -> str:
        """The run `run_id` against the earlier `other_id`."""
        after, before = (self.store.get(org, one, name) for one in (run_id, other_id))
        found = compare(self.store, before, after)
        changed = [*found.worse, *found.better]
        start = asked_start()
        page = changed[start : start + PAGE_CASES]
        sides = self._sides(before, after, page)
        worse = max(0, len(found.worse) - start)
        return render_template(
            "web/run_comparison.html",
            before=before,
            after=after,
            figures={run.id: figures(run) for run in (before, after)},
            found=found.as_dict() | {"p_value": found.p_value},
            worse=[sides[case] for case in page[:worse] if case in sides],
            better=[sides[case] for case in page[worse:] if case in sides],
            next=start + PAGE_CASES if start + PAGE_CASES < len(changed) else None,
            start=start,
            question=lambda case: row_of(case).texts["question"],
            rules=RULE_WORDS,
            asked=self.store.asked(after)[0],
            prompts={run.id: prompt_of(run, self.store.asked(run)[0]) for run in (before, after)},
        )

    def _sides(self, before: Run, after: Run, cases: list[str]) -> dict[str, Sides]:
        places = {
            run.id: {case: at for at, case in enumerate(self.store.asked(run)[1])}
            for run in (before, after)
        }
        told: dict[str, dict[str, Json]] = {}
        for run in (before, after):
            wanted = [places[run.id][case] for case in cases if case in places[run.id]]
            told[run.id] = {one["id"]: one for one in self.report.whole(run, wanted)["cases"]}
        held = self.store.cases(after, [places[after.id][case] for case in cases])
        return {
            case.id: Sides(case, told[before.id].get(case.id), told[after.id].get(case.id))
            for case in held.values()
        }


def is_earlier(one: Run, run: Run) -> bool:
    """Whether `one` was begun before the run, which a comparison shows as what came after."""
    return one.id != run.id and one.created <= run.created


def asked_filter() -> dict[str, str]:
    """The filter of the query and where its page begins."""
    show = request.args.get("show", "")
    start = asked_start()
    return {"show": show if show in FILTERS else "", "start": str(start) if start else ""}


def ordered_places(run: Run, verdicts: tuple[Verdict, ...]) -> list[int]:
    """The places of the cases with these verdicts: those that failed first, then the unsure."""
    found = run.verdicts
    return [
        at for wanted in verdicts for at, one in enumerate(found) if one is wanted or one == wanted
    ]


def counts(run: Run) -> dict[str, int]:
    """How many cases passed, failed, are unsure, and have no answer yet."""
    found = run.verdicts
    passed, failed = (sum(one is wanted for one in found) for wanted in (True, False))
    missing = sum(one is None for one in found)
    return {
        "passed": passed,
        "failed": failed,
        "unsure": len(found) - passed - failed - missing,
        "missing": missing,
    }


def prompt_of(run: Run, asked: QuestionSet) -> tuple[str, int | None] | None:
    """The saved prompt that a run asked with, and the version that it names."""
    for name, number in run.plan.variant.prompts.items():
        return name, number
    return read_reference(str(asked.body.get("saved_prompt", "")))
