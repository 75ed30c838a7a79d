"""Bases of documents: made, filled, searched and deleted."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for

from answers.api.knowledge_schema import KnowledgeBaseSchema
from flowhook.errors import FlowhookError
from flowhook.organisations.section_service import load_fields
from web.document_pages import add_documents
from web.forms import read_form
from web.knowledge_views import KnowledgeViews
from web.language import N_
from web.new_base import BaseForm, made_base
from web.new_prompts import Shown
from web.page_security import signed_in
from web.page_services import PageServices

DONE = {
    "deleted": N_("Deleted. It can be brought back for 30 days, under Deleted."),
    "gone": N_("Deleted for good: it is too large for what was deleted, or the store is full."),
}


def knowledge_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/knowledge`."""
    pages = Blueprint("knowledge", __name__, url_prefix="/organisations/<org>/knowledge")
    bases = services.knowledge.bases

    def listed(org: str, form: BaseForm, error: FlowhookError | None = None) -> str:
        found = bases.all_now(org)
        return render_template(
            "web/knowledge.html",
            bases=found,
            totals=services.knowledge.documents.totals(org, found),
            form=form,
            error=error,
            done=DONE.get(request.args.get("done", "")),
        )

    @pages.get("")
    def index(org: str) -> str:
        """List the bases, and offer to make one."""
        return listed(org, BaseForm())

    @pages.post("")
    def create(org: str) -> Shown:
        """Make a base."""
        try:
            base = made_base(bases, org, request.form, signed_in().caller.name)
        except FlowhookError as error:
            return listed(org, BaseForm.typed(request.form, error), error), error.status
        services.sections.changed(org)
        return redirect(url_for("web.knowledge.show", org=org, base=base.name, done="made"), 303)

    views = KnowledgeViews(services)
    _add_base(pages, services, views)
    add_documents(pages, services, views)
    return pages


def _add_base(pages: Blueprint, services: PageServices, views: KnowledgeViews) -> None:
    """The page of one base, its search, settings and end."""
    bases = services.knowledge.bases

    @pages.get("/<base>")
    def show(org: str, base: str) -> str:
        """Show a base: its documents, how to add some, and how to use it."""
        return views.shown(org, base)

    @pages.get("/<base>/search")
    def search(org: str, base: str) -> Shown:
        """Show what would be found for a question."""
        try:
            return views.searched(org, base, request.args.get("q", ""))
        except FlowhookError as error:
            return views.searched(org, base, "", error), error.status

    @pages.post("/<base>/settings")
    def settings(org: str, base: str) -> Shown:
        """Change the title and the model of a base."""
        by = signed_in().caller.name
        try:
            sent = load_fields(
                KnowledgeBaseSchema(), read_form(KnowledgeBaseSchema(), request.form)
            )
            bases.existing_now(org, base)
            values = {name: value or "" for name, value in sent.items()}
            changed, _ = bases.put(org, base, values, by, [request.form.get("tag", "")])
        except FlowhookError as error:
            return views.shown(org, base, error, settings=request.form), error.status
        services.reader.embed_anew(org, changed)
        services.sections.changed(org)
        return views.to(org, base, "settings")

    @pages.post("/<base>/delete")
    def delete(org: str, base: str) -> Shown:
        """Delete a base with its documents."""
        by = signed_in().caller.name
        try:
            tag = [request.form.get("tag", "")]
            is_kept = services.deleted_bases.delete(org, base, by, tag)
        except FlowhookError as error:
            return views.shown(org, base, error), error.status
        services.sections.changed(org)
        done = "deleted" if is_kept else "gone"
        return redirect(url_for("web.knowledge.index", org=org, done=done), 303)
