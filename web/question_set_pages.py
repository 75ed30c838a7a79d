"""Question sets: listed, made, edited like a sheet, imported and exported, deleted."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, redirect, render_template, request, url_for

from answers.api.csv_files import file_answer
from answers.api.question_set_answers import asked_function
from answers.question_sets.case_of_log import case_of_log
from answers.question_sets.cases_in_csv import ReadCases, read_cases
from answers.question_sets.csv_of_cases import cases_csv
from answers.question_sets.question_set import NAME, Case, QuestionSet
from answers.question_sets.schema import read_case, read_set
from flowhook.errors import Conflict, FlowhookError, InvalidInput, NotFound
from web.added_cases import add_adding
from web.case_sheet import add_sheet
from web.language import N_, _
from web.new_prompts import Shown
from web.page_security import organisation, signed_in
from web.page_services import PageServices
from web.question_set_form import FLOW, first_form, read_target, typed_form
from web.question_set_views import SetViews, of_file, row_words
from web.run_pages import add_runs

DONE = {
    "deleted": N_("Deleted. It can be brought back for 30 days, under Deleted."),
    "gone": N_("Deleted for good: the store is full, so nothing of it could be kept."),
}


def question_set_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/question-sets`, and what makes a new one beside it."""
    pages = Blueprint("question_sets", __name__, url_prefix="/organisations/<org>")
    sets, views = services.question_runs.sets, SetViews(services)

    @pages.get("/question-sets")
    def index(org: str) -> str:
        """List the question sets, each with its last run."""
        heads = sets.heads(org)
        return render_template(
            "web/question_sets.html",
            heads=heads,
            runs=services.question_runs.store.newest(org, [head.name for head in heads]),
            gates=views.gates(org),
            target_words=views.target_words(org),
            done=DONE.get(request.args.get("done", "")),
        )

    _add_new(pages, services, views)
    _add_set(pages, services, views)
    add_sheet(pages, services, views)
    add_runs(pages, services, views)
    add_adding(pages, services)
    return pages


def _add_new(pages: Blueprint, services: PageServices, views: SetViews) -> None:
    """`new-question-set`."""
    sets = services.question_runs.sets

    @pages.get("/new-question-set")
    def new(org: str) -> str:
        """Show the form of a new set, begun by the query."""
        return views.new(org, first_form(request.args, services.log, org))

    @pages.post("/new-question-set")
    def create(org: str) -> Shown:
        """Make a set, with the cases of a file or of a call in the log."""
        typed = typed_form(request.form)
        name = typed.name.strip().lower().replace(" ", "_")
        try:
            if not NAME.fullmatch(name):
                words = _("A name is 1 to 64 of a-z 0-9 _ -")
                raise InvalidInput(words, fields={"name": [words]})
            if any(head.name == name for head in sets.heads(org)):
                words = _("There is a question set %(name)s already.", name=name)
                raise Conflict(words, fix=_("Choose another name."), fields={"name": [words]})
            asked = read_set(name, read_target(typed))
            check_target(services, asked)
            cases = [*_of_file(asked), *_of_log(services, org, asked, typed.log_id)]
            contact = services.log.get(org, typed.log_id)["contact"] if typed.log_id else ""
            by = signed_in().caller.name
            sets.put(org, replace(asked, cases=cases), by, contact=contact)
        except FlowhookError as error:
            return views.new(org, typed_form(request.form, error.fields), error), error.status
        return views.to(org, name, "added" if typed.log_id else "made")


def _add_set(pages: Blueprint, services: PageServices, views: SetViews) -> None:
    """The page of one set, its target, file and end."""
    sets = services.question_runs.sets

    @pages.get("/question-sets/<name>")
    def show(org: str, name: str) -> str:
        """Show a set: its runs, and its cases as a sheet."""
        return views.shown(org, name)

    @pages.post("/question-sets/<name>/settings")
    def settings(org: str, name: str) -> Shown:
        """Change what is asked, and how the judge scores."""
        typed = typed_form(request.form)
        try:
            _head, before = sets.read(org, name)
            asked = read_set(name, read_target(typed))
            check_target(services, asked)
            whole = replace(asked, cases=before.cases)
            sets.put(org, whole, signed_in().caller.name, [request.form.get("tag", "")])
        except FlowhookError as error:
            form = typed_form(request.form, error.fields)
            return views.shown(org, name, error, form=form), error.status
        return views.to(org, name, "settings")

    @pages.post("/question-sets/<name>/import")
    def import_cases(org: str, name: str) -> Shown:
        """Add or replace cases from a CSV file, all or none."""
        try:
            is_flow = bool(sets.head(org, name).target.get("flow"))
            raw = uploaded()
            if raw is None:
                raise InvalidInput(_("no file was sent"), fix=_("Choose a CSV file."))
            read = read_cases(raw, is_flow=is_flow)
            sets.edit_cases(org, name, read.into, signed_in().caller.name)
        except FlowhookError as error:
            faults = row_words(error)
            return views.shown(org, name, of_file(error), faults=faults), error.status
        return views.to(org, name, "imported")

    @pages.get("/question-sets/<name>/export")
    def export_cases(org: str, name: str) -> Response:
        """The cases as CSV, which importing takes back."""
        return file_answer(cases_csv(sets.get(org, name).cases), f"{name}.csv")

    @pages.post("/question-sets/<name>/delete")
    def delete(org: str, name: str) -> Shown:
        """Delete a set that no gate needs."""
        try:
            is_kept = sets.delete(org, name, signed_in().caller.name, [request.form.get("tag", "")])
        except FlowhookError as error:
            return views.shown(org, name, error), error.status
        done = "deleted" if is_kept else "gone"
        return redirect(url_for("web.question_sets.index", org=org, done=done), 303)


def check_target(services: PageServices, asked: QuestionSet) -> None:
    """Raise InvalidInput where there is no such function, flow or saved prompt."""
    org = organisation()
    if asked.function:
        asked_function(services.dispatcher.functions, asked.function)
        saved = asked.body.get("saved_prompt")
        named = str(saved).partition("@")[0]
        if saved and services.prompts.prompt(org, named) is None:
            words = _("There is no prompt %(name)s.", name=named)
            raise InvalidInput(words, fields={"saved_prompt": [words]})
        return
    try:
        services.conversations.flows.entry(org.id, asked.flow)
    except NotFound:
        words = _("Choose a flow.")
        raise InvalidInput(words, fields={FLOW: [words]}) from None


def uploaded() -> bytes | None:
    """The form's file; None without one."""
    file = request.files.get("file")
    raw = file.read() if file else b""
    return raw or None


def _of_file(asked: QuestionSet) -> list[Case]:
    raw = uploaded()
    read = read_cases(raw, is_flow=bool(asked.flow)) if raw else ReadCases([], frozenset())
    return read.cases


def _of_log(services: PageServices, org: str, asked: QuestionSet, log_id: str) -> list[Case]:
    if not log_id:
        return []
    functions = services.dispatcher.functions
    entry = services.log.get(org, log_id)
    body = case_of_log(entry, asked, lambda one: asked_function(functions, one))
    return [read_case(body, is_flow=False)]
