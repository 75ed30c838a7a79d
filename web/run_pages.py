"""Runs of a question set: started, watched, judged by a person, stopped, compared."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from answers.api.run_routes import variant_of
from answers.api.run_schema import RunSchema, read_labels
from answers.question_sets.runs.report import Report
from answers.question_sets.runs.run import Plan
from flowhook.errors import FlowhookError
from flowhook.organisations.section_service import load_fields
from web.forms import read_form
from web.new_prompts import Shown
from web.page_security import signed_in
from web.page_services import PageServices
from web.question_set_views import SetViews
from web.run_views import RunViews, asked_filter


def add_runs(pages: Blueprint, services: PageServices, views: SetViews) -> None:
    """`question-sets/<name>/runs...`."""
    runner = services.question_runs
    _add_shown(pages, services)
    _add_changing(pages, services, views)

    @pages.post("/question-sets/<name>/runs")
    def start_run(org: str, name: str) -> Shown:
        """Ask all cases in the background."""
        try:
            sent = {one: value for one, value in read_form(RunSchema(), request.form).items()
                    if value is not None}  # fmt: skip
            asked = load_fields(RunSchema(), sent)
            plan = Plan(
                name,
                "",
                variant_of(runner.sets.head(org, name), asked),
                repeats=asked["repeats"],
                max_tokens=asked["max_tokens_spent"],
                max_cost=asked["max_cost"],
                by=signed_in().caller.name,
            )
            run = runner.start(org, plan)
        except FlowhookError as error:
            return views.shown(org, name, error, run=request.form), error.status
        return to_run(org, name, run.id)


def _add_shown(pages: Blueprint, services: PageServices) -> None:
    """The pages of one run, and of two beside each other."""
    shows = RunViews(services)

    @pages.get("/question-sets/<name>/runs/<run_id>")
    def show_run(org: str, name: str, run_id: str) -> str:
        """Show a run: how far it is, and its cases, those that failed first."""
        return shows.shown(org, name, run_id)

    @pages.get("/question-sets/<name>/runs/<run_id>/calls/<request_id>")
    def show_call(org: str, name: str, run_id: str, request_id: str) -> AnyResponse:
        """The way to a case's call in the log; a flow may have made several."""
        return redirect(shows.call(org, name, run_id, request_id), 303)

    @pages.get("/question-sets/<name>/runs/<run_id>/compare")
    def compare_runs(org: str, name: str, run_id: str) -> str:
        """Show what is better and worse in a run than in the one that `with` names."""
        return shows.compared(org, name, run_id, request.args.get("with", ""))


def _add_changing(pages: Blueprint, services: PageServices, views: SetViews) -> None:
    """What a person does with a run."""
    runner, shows = services.question_runs, RunViews(services)
    store, report = runner.store, Report(runner.store)

    @pages.post("/question-sets/<name>/runs/<run_id>/stop")
    def stop_run(org: str, name: str, run_id: str) -> AnyResponse:
        """Stop a run; what was answered so far stays."""
        runner.stop(org, store.get(org, run_id, name).id)
        return redirect(
            url_for("web.question_sets.show_run", org=org, name=name, run_id=run_id), 303
        )

    @pages.post("/question-sets/<name>/runs/<run_id>/delete")
    def delete_run(org: str, name: str, run_id: str) -> AnyResponse:
        """Delete a run that is over."""
        run = store.get(org, run_id, name)
        if run.is_over:
            store.delete(run)
        return views.to(org, name, "deleted_run" if run.is_over else "")

    @pages.post("/question-sets/<name>/runs/<run_id>/labels")
    def label_case(org: str, name: str, run_id: str) -> Shown:
        """Keep a person's own view of an answer."""
        case = request.form.get("case", "")
        try:
            labels = read_labels({case: request.form.get("label", "")})
            report.labels.keep(store.get(org, run_id, name), labels)
        except FlowhookError as error:
            return shows.shown(org, name, run_id, error), error.status
        return to_run(org, name, run_id, anchor=f"case-{case}")


def to_run(org: str, name: str, run_id: str, anchor: str | None = None) -> AnyResponse:
    """The way to a run, shown as it was."""
    asked = asked_filter()
    place = url_for(
        "web.question_sets.show_run",
        org=org,
        name=name,
        run_id=run_id,
        show=asked["show"] or None,
        start=asked["start"] or None,
        _anchor=anchor,
    )
    return redirect(place, 303)
