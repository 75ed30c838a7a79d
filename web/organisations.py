"""The operator's list of organisations."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from flowhook.errors import Conflict, FlowhookError, InvalidInput
from flowhook.organisations.auth import require_operator
from flowhook.redis.keys import ORGANIZATION_ID_PATTERN
from web.page_security import signed_in
from web.page_services import PageServices

PAGE_ENTRIES = 50


def organisation_pages(services: PageServices) -> Blueprint:
    """`/organisations`, and an organisation's deletion."""
    pages = Blueprint("organisations", __name__, url_prefix="/organisations")
    sections = services.sections

    def listed(error: FlowhookError | None = None) -> str:
        asked = request.args.get("from", "").strip()[:64]
        after = request.args.get("after", "")[:64]
        page = sections.store.page(after, PAGE_ENTRIES + 1, prefix=asked)
        shown = page[:PAGE_ENTRIES]
        more = len(page) > len(shown)
        return render_template(
            "web/organisations.html",
            organisations=shown,
            next_after=shown[-1][0] if more else None,
            asked=asked,
            error=error,
            typed=request.form.get("id", ""),
        )

    @pages.get("")
    def index() -> str:
        """List organisations by id."""
        require_operator(signed_in().caller)
        return listed()

    @pages.post("")
    def create() -> str | tuple[str, int] | AnyResponse:
        """Make an organisation: its OpenAI section, switched off."""
        caller = signed_in().caller
        require_operator(caller)
        org = request.form.get("id", "").strip()
        try:
            check_new(org)
        except FlowhookError as error:
            return listed(error), error.status
        sections.write(org, "openai", {"is_active": False}, caller, replaces=True)
        return redirect(url_for("web.home.show", org=org), 303)

    @pages.post("/<org>/delete")
    def delete(org: str) -> AnyResponse:
        """Delete an organisation and everything it owns."""
        caller = signed_in().caller
        if request.form.get("confirm", "").strip() != org:
            raise InvalidInput(
                "the organisation was not deleted: you typed a different id",
                fix="Type the organisation's id exactly as it is shown.",
            )
        sections.store.delete_organisation(org, caller.name)
        sections.revoked(org)
        return redirect(url_for("web.organisations.index"), 303)

    def check_new(org: str) -> None:
        if not ORGANIZATION_ID_PATTERN.fullmatch(org):
            raise InvalidInput(
                "an organisation id is 1 to 64 characters of A-Z, a-z, 0-9, _ and -",
                fix="Choose another id.",
            )
        if sections.store.load(org).exists:
            raise Conflict(f"an organisation {org} already exists", fix="Choose another id.")

    return pages
