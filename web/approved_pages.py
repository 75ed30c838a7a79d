"""Approved answers: listed, written, tried, imported and exported, deleted."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from answers.api.csv_files import file_answer
from answers.approved.answers_in_csv import read_answers
from answers.approved.csv_of_answers import answers_csv
from flowhook.errors import Changed, FlowhookError, InvalidInput
from web.approved_form import ApprovedForm, form_of, read_values, typed_form
from web.approved_views import ApprovedViews
from web.language import _
from web.new_prompts import Shown
from web.page_security import organisation, signed_in
from web.page_services import PageServices
from web.question_set_pages import uploaded
from web.question_set_views import of_file, row_words


def approved_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/answers`."""
    pages = Blueprint("approved", __name__, url_prefix="/organisations/<org>/answers")
    views = ApprovedViews(services)

    @pages.get("")
    def index(org: str) -> str:
        """List the answers, with what was asked for of them."""
        return views.listed(org)

    @pages.get("/try")
    def try_one(org: str) -> str:
        """Show which answer a question would get, and how near others come."""
        return views.tried(org, request.args.get("question", ""))

    _add_new(pages, services, views)
    _add_answer(pages, services, views)
    _add_files(pages, services, views)
    return pages


def _add_new(pages: Blueprint, services: PageServices, views: ApprovedViews) -> None:
    """`new` and `draft`."""

    @pages.get("/new")
    def new(org: str) -> str:
        """Show the empty form."""
        return views.edited(ApprovedForm())

    @pages.post("/draft")
    def draft(org: str) -> str:
        """Show the form with a question that stood elsewhere; nothing is saved."""
        return views.edited(typed_form(request.form))

    @pages.post("")
    def create(org: str) -> Shown:
        """Approve an answer."""
        try:
            values, by = read_values(request.form), signed_in().caller.name
            services.approved.add(organisation(), values, by)
        except FlowhookError as error:
            return views.edited(typed_form(request.form, error.fields), error), error.status
        services.sections.changed(org)
        return _to_list(org, "added")


def _add_answer(pages: Blueprint, services: PageServices, views: ApprovedViews) -> None:
    """The page of one answer."""
    store = services.approved.store

    @pages.get("/<answer_id>")
    def show(org: str, answer_id: str) -> str:
        """Show an answer in its form."""
        stored = store.get(org, answer_id)
        return views.edited(form_of(stored), stored=stored)

    @pages.post("/<answer_id>")
    def save(org: str, answer_id: str) -> Shown:
        """Change an answer; where somebody else changed it meanwhile, show theirs beside it."""
        tag = [request.form.get("tag", "")]
        try:
            store.put(org, answer_id, read_values(request.form), signed_in().caller.name, tag)
        except FlowhookError as error:
            stored = store.get(org, answer_id)
            is_changed = isinstance(error, Changed)
            form = typed_form(request.form, error.fields, stored.tag if is_changed else "")
            shown = views.edited(form, error, stored=stored, is_changed=is_changed)
            return shown, error.status
        services.sections.changed(org)
        return _to_list(org, "saved")

    @pages.post("/<answer_id>/delete")
    def delete(org: str, answer_id: str) -> Shown:
        """Delete an answer for good."""
        try:
            tag = [request.form.get("tag", "")]
            store.delete(org, answer_id, signed_in().caller.name, tag)
        except Changed as error:
            stored = store.get(org, answer_id)
            return views.edited(form_of(stored), error, stored=stored), error.status
        services.sections.changed(org)
        return _to_list(org, "deleted")


def _add_files(pages: Blueprint, services: PageServices, views: ApprovedViews) -> None:
    """`import` and `export`."""
    store = services.approved.store

    @pages.post("/import")
    def import_answers(org: str) -> Shown:
        """Add or replace answers from a CSV file, all or none."""
        try:
            raw = uploaded()
            if raw is None:
                raise InvalidInput(_("no file was sent"), fix=_("Choose a CSV file."))
            edited = store.edit(org, read_answers(raw).into, signed_in().caller.name)
        except FlowhookError as error:
            return views.listed(org, of_file(error), faults=row_words(error)), error.status
        services.sections.changed(org)
        return _to_list(org, "imported", added=edited.added, replaced=edited.replaced)

    @pages.get("/export")
    def export_answers(org: str) -> Response:
        """All answers as CSV, which importing takes back."""
        return file_answer(answers_csv(store.all(org)), "answers.csv")


def _to_list(org: str, done: str, **more: Any) -> AnyResponse:
    return redirect(url_for("web.approved.index", org=org, done=done, **more), 303)
