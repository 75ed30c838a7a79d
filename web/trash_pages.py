"""What was deleted in the last 30 days, to bring it back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from answers.knowledge.deleted_bases import KNOWLEDGE_BASE
from answers.prompts.deleted_prompts import PROMPT
from answers.question_sets.deleted_sets import QUESTION_SET
from flowhook.errors import FlowhookError
from flowhook.organisations.http.trash_routes import bring_back
from flowhook.organisations.section_store import SECTION
from flows.library.store import FLOW
from web.language import N_
from web.page_security import signed_in
from web.page_services import PageServices
from web.section_forms import TITLES

KINDS = {
    SECTION: N_("Settings"),
    FLOW: N_("Flow"),
    PROMPT: N_("Prompt"),
    QUESTION_SET: N_("Question set"),
    KNOWLEDGE_BASE: N_("Base of documents"),
}


def trash_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/trash`."""
    pages = Blueprint("trash", __name__, url_prefix="/organisations/<org>/trash")
    trash = services.sections.store.trash

    def listed(org: str, error: FlowhookError | None = None) -> str:
        return render_template(
            "web/trash.html",
            items=trash.items(org),
            titles=TITLES,
            section=SECTION,
            kinds=KINDS,
            error=error,
            done=request.args.get("done"),
        )

    @pages.get("")
    def show(org: str) -> str:
        """List what was deleted."""
        return listed(org)

    @pages.post("/<item_id>/restore")
    def restore(org: str, item_id: str) -> Any:
        """Bring an item back."""
        try:
            bring_back(services.sections, trash, org, item_id, signed_in().caller)
        except FlowhookError as error:
            return listed(org, error), error.status
        return redirect(url_for("web.trash.show", org=org) + "?done=restored", 303)

    return pages
