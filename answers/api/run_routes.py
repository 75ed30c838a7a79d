"""HTTP routes of a question set's runs: started, shown, compared, labelled, stopped."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from answers.api.question_set_answers import SetAccess, read_body
from answers.api.run_schema import RunSchema, read_labels
from answers.prompts.prompt import read_reference
from answers.question_sets.runs.comparing import compare
from answers.question_sets.runs.report import Report, answered_places, figures
from answers.question_sets.runs.run import Plan
from answers.question_sets.runs.runner import Runner
from answers.question_sets.stored_set import SetHead
from answers.question_sets.target import Variant
from flowhook.errors import InvalidInput
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented, page_of
from flowhook.organisations.section_service import load_fields

PAGE_RUNS = 20
PAGE_CASES = 10_000
STATUS = {"enum": ["queued", "running", "done", "stopped", "failed"]}
FIGURES = {
    "id": {"type": "string"},
    "status": STATUS,
    "done": {"type": "integer"},
    "total": {"type": "integer"},
    "pass_rate": {"type": "number", "minimum": 0, "maximum": 1},
    "interval": {"type": "array", "items": {"type": "number"}},
    "tokens": {"type": "integer"},
    "cost": {"type": ["number", "null"]},
}
CHECK = {
    "type": "object",
    "required": ["check", "passed", "why"],
    "properties": {
        "check": {"type": "string"},
        "passed": {"enum": [True, False, "unsure"]},
        "why": {"type": "string"},
    },
}
CASE = {
    "id": {"type": "string"},
    "answer": {},
    "passed": {"enum": [True, False, "unsure"]},
    "checks": {"type": "array", "items": CHECK},
    "milliseconds": {"type": "number"},
    "tokens": {"type": "integer"},
}
AGREEMENT = {
    "type": "object",
    "required": ["kappa", "labels", "calibrated"],
    "properties": {
        "kappa": {"type": ["number", "null"]},
        "labels": {"type": "integer"},
        "calibrated": {"type": "boolean"},
        "of": {"enum": ["run", "question_set"]},
    },
}
RUN = {
    "type": "object",
    "required": [*FIGURES, "agreement", "cases", "next_cursor"],
    "properties": {
        **FIGURES,
        "agreement": AGREEMENT,
        "cases": {
            "type": "array",
            "items": {"type": "object", "required": list(CASE), "properties": CASE},
        },
        "next_cursor": {"type": ["string", "null"]},
    },
}
COMPARISON = {
    "type": "object",
    "required": ["better", "worse", "same", "p_value", "verdict"],
    "properties": {
        "better": {"type": "array", "items": {"type": "string"}},
        "worse": {"type": "array", "items": {"type": "string"}},
        "same": {"type": "integer"},
        "p_value": {"type": "number"},
        "verdict": {"enum": ["better", "worse", "no difference shown"]},
        "left_out": {"type": "array", "items": {"type": "string"}},
    },
}
CASES_QUERY = {
    "after": "The next_cursor of the answer before.",
    "limit": f"At most so many cases, 1 to {PAGE_CASES:,}.",
    "failing": "true: only cases that did not pass; false: only those that did.",
}


def run_routes(access: SetAccess, runner: Runner) -> Blueprint:
    """`/question-sets/<org>/<name>/runs...`"""
    routes = Blueprint("question_runs", __name__, url_prefix="/question-sets/<org>/<name>/runs")
    store, report = runner.store, Report(runner.store)

    @routes.post("")
    @documented(
        body=RunSchema,
        status=202,
        answer={
            "type": "object",
            "required": ["run_id"],
            "properties": {"run_id": {"type": "string"}},
        },
    )
    def start_run(org: str, name: str) -> Response:
        """Ask all cases of a question set, as it is now, in the background.

        A run keeps half of the organisation's limits free, goes on after a restart, and takes an
        answer of the last day where the same was asked. It stops before it spends more than it may.
        """
        caller = access.caller(org, name)
        asked = load_fields(RunSchema(), read_body() if request.get_data() else {})
        plan = Plan(
            name,
            "",
            variant_of(runner.sets.head(org, name), asked),
            repeats=asked["repeats"],
            max_tokens=asked["max_tokens_spent"],
            max_cost=asked["max_cost"],
            by=caller.name,
        )
        run = runner.start(org, plan)
        return json_answer({"run_id": run.id}, 202)

    @routes.get("")
    @documented(
        query={"cursor": "The next_cursor of the page before."}, answer=page_of("runs", FIGURES)
    )
    def list_runs(org: str, name: str) -> Response:
        """List a question set's runs of the last 90 days, newest first, 20 a page."""
        access.caller(org, name)
        runner.sets.head(org, name)
        found, cursor = store.runs(org, name, PAGE_RUNS, asked_place("cursor"))
        return json_answer({"runs": [figures(run) for run in found], "next_cursor": cursor})

    @routes.get("/<run_id>")
    @documented(query=CASES_QUERY, answer=RUN)
    def show_run(org: str, name: str, run_id: str) -> Response:
        """Show a run: its figures, and what was answered to each case, up to 8 MiB at once."""
        access.caller(org, name)
        run = store.get(org, run_id, name)
        places = answered_places(run, asked_failing())
        after = asked_place("after")
        if after:
            places = [place for place in places if place > int(after)]
        limit = int(asked_place("limit") or PAGE_CASES)
        if not 1 <= limit <= PAGE_CASES:
            raise _wrong("limit", f"1 to {PAGE_CASES:,}.")
        return json_answer(report.whole(run, places, limit))

    @routes.delete("/<run_id>")
    @documented()
    def end_run(org: str, name: str, run_id: str) -> Response:
        """Stop a run; what was answered so far stays. One that is over is deleted."""
        access.caller(org, name)
        run = store.get(org, run_id, name)
        if not runner.stop(org, run.id):
            store.delete(run)
        return Response(status=204)

    @routes.get("/<run_id>/compare/<other_id>")
    @documented(answer=COMPARISON)
    def compare_runs(org: str, name: str, run_id: str, other_id: str) -> Response:
        """Tell which cases the second run answers better and worse than the first, and whether that
        is more than chance (an exact paired test, 0.05)."""
        access.caller(org, name)
        before, after = (store.get(org, one, name) for one in (run_id, other_id))
        return json_answer(compare(store, before, after).as_dict())

    @routes.post("/<run_id>/labels")
    @documented(
        takes={
            "schema": {
                "type": "object",
                "description": 'A person\'s own view, "passed" or "failed", by the ids of cases.',
                "additionalProperties": {"enum": ["passed", "failed"]},
            },
            "example": {"sowing-time": "passed", "urea-dose": "failed"},
        },
        answer={
            "type": "object",
            "required": ["agreement"],
            "properties": {"agreement": AGREEMENT},
        },
    )
    def label_cases(org: str, name: str, run_id: str) -> Response:
        """Keep a person's own view of answers, and tell how far the judge agrees with it (Cohen's
        kappa): from 20 labels on it counts as calibrated."""
        access.caller(org, name)
        run = store.get(org, run_id, name)
        agreement = report.labels.keep(run, read_labels(read_body()))
        return json_answer({"agreement": agreement})

    return routes


def variant_of(head: SetHead, asked: dict[str, Any]) -> Variant:
    """What a run puts in the place of what is live. Raises InvalidInput for a version of a prompt
    that the set does not name."""
    version = asked.get("prompt_version")
    prompts: dict[str, int] = {}
    if version is not None:
        named = read_reference(str(head.target.get("body", {}).get("saved_prompt", "")))
        if named is None:
            raise InvalidInput(
                "prompt_version: this question set names no saved prompt",
                fix='Put "saved_prompt" into the body of its target, or leave the version out.',
                fields={"prompt_version": ["The question set names no saved prompt."]},
            )
        prompts[named[0]] = version
    return Variant(prompts, asked.get("revision"), asked.get("model") or None)


def asked_place(name: str) -> str:
    """A whole number in the query, or "". Raises InvalidInput."""
    value = request.args.get(name, "")
    if value and not (value.isascii() and value.isdigit() and len(value) < 10):
        raise _wrong(name, "Not a cursor that this call gave." if name != "limit" else "No number.")
    return value


def asked_failing() -> bool | None:
    """Raises InvalidInput."""
    value = request.args.get("failing", "").lower()
    if value not in ("", "true", "false"):
        raise _wrong("failing", "true or false.")
    return None if not value else value == "true"


def _wrong(name: str, message: str) -> InvalidInput:
    return InvalidInput(f"{name}: {message}", fields={name: [message]})
