"""The operator's list of organisations."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from flowhook.board.routes import (
    PAGE_ENTRIES,
    NameSchema,
    asked,
    asked_sort,
    asked_start,
    found_organisations,
    shown,
    table_of,
)
from flowhook.errors import Conflict, FlowhookError, InvalidInput
from flowhook.organisations.auth import require_operator
from flowhook.organisations.section_service import SectionService, load_fields
from flowhook.redis.keys import ORGANIZATION_ID_PATTERN
from web.forms import read_form
from web.language import N_
from web.page_security import signed_in
from web.page_services import PageServices
from web.section_forms import SectionForms

SORT_WORDS = {
    "": N_("by id"),
    "failures": N_("most failures in 24 hours"),
    "spend": N_("highest cost this month"),
    "last_call": N_("last call"),
}
STATE_WORDS = {
    "active": (N_("on"), "success"),
    "off": (N_("off"), "secondary"),
    "missing": (N_("no key"), "secondary"),
    "invalid_api_key": (N_("key refused"), "danger"),
    "insufficient_quota": (N_("no credit"), "danger"),
}


def organisation_pages(services: PageServices) -> Blueprint:
    """`/organisations`, and an organisation's title and deletion."""
    pages = Blueprint("organisations", __name__, url_prefix="/organisations")
    add_list(pages, services)
    sections, board, forms = services.sections, services.board, SectionForms(services)

    @pages.post("/<org>/name")
    def name(org: str) -> AnyResponse:
        """Give an organisation its title and tags."""
        require_operator(signed_in().caller)
        schema = NameSchema()
        given = load_fields(schema, read_form(schema, request.form))
        board.name(org, given.get("title") or "", given.get("tags") or [])
        return redirect(url_for("web.home.show", org=org), 303)

    @pages.post("/<org>/delete")
    def delete(org: str) -> AnyResponse | tuple[str, int]:
        """Delete an organisation and everything it owns."""
        caller = signed_in().caller
        if request.form.get("confirm", "").strip() != org:
            error = InvalidInput(
                N_("the organisation was not deleted: you typed a different id"),
                fix=N_("Type the organisation's id exactly as it is shown, below."),
            )
            return forms.shown(org, "openai", failed=error, opened="deletion"), error.status
        sections.store.delete_organisation(org, caller.name)
        sections.revoked(org)
        return redirect(url_for("web.organisations.index", deleted=org), 303)

    return pages


def add_list(pages: Blueprint, services: PageServices) -> None:
    """Add the operator's list, with the form for a new organisation."""
    sections, board = services.sections, services.board

    def listed(error: FlowhookError | None = None) -> str:
        words, sort, start = asked("q"), asked_sort(), asked_start()
        found = found_organisations(board, sections, words, sort)
        return render_template(
            "web/organisations.html",
            organisations=shown(board, sections, found[start : start + PAGE_ENTRIES]),
            count=len(found),
            words=words,
            sort=sort,
            start=start,
            size=PAGE_ENTRIES,
            sorts=SORT_WORDS,
            states=STATE_WORDS,
            error=error,
            typed=request.form.get("id", ""),
            deleted=deleted(sections),
        )

    @pages.get("")
    def index() -> str:
        """List organisations with their state and usage."""
        require_operator(signed_in().caller)
        return listed()

    @pages.get("/all.csv")
    def table() -> AnyResponse:
        """All organisations of the list as CSV."""
        require_operator(signed_in().caller)
        found = found_organisations(board, sections, asked("q"), asked_sort())
        return table_of(board, sections, found, services.alerts.open)

    @pages.post("")
    def create() -> str | tuple[str, int] | AnyResponse:
        """Make an organisation: its OpenAI section, switched off."""
        caller = signed_in().caller
        require_operator(caller)
        org = request.form.get("id", "").strip()
        try:
            check_new(sections, org)
        except FlowhookError as error:
            return listed(error), error.status
        sections.write(org, "openai", {"is_active": False}, caller, replaces=True)
        return redirect(url_for("web.home.show", org=org), 303)


def deleted(sections: SectionService) -> str:
    """The organisation that the page says was deleted, if it is gone."""
    org = request.args.get("deleted", "")
    is_gone = ORGANIZATION_ID_PATTERN.fullmatch(org) and not sections.store.load(org).exists
    return org if is_gone else ""


def check_new(sections: SectionService, org: str) -> None:
    if not ORGANIZATION_ID_PATTERN.fullmatch(org):
        raise InvalidInput(
            "an organisation id is 1 to 64 characters of A-Z, a-z, 0-9, _ and -",
            fix="Choose another id.",
        )
    if sections.store.load(org).exists:
        raise Conflict(f"an organisation {org} already exists", fix="Choose another id.")
