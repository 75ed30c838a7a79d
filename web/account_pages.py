"""The pages of an organisation's OpenAI accounts: further ones, the test, the models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from flowhook.errors import InvalidInput
from flowhook.http.answers import json_answer
from flowhook.organisations.kinds import TITLE_PATTERN
from flowhook.organisations.section_service import account_section
from web.models import goes
from web.page_security import organisation, signed_in
from web.page_services import PageServices
from web.section_forms import SectionForms, place


def account_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/settings/openai/...`."""
    pages = Blueprint("accounts", __name__, url_prefix="/organisations/<org>/settings/openai")
    sections, forms = services.sections, SectionForms(services)

    @pages.post("/accounts")
    def create_account(org: str) -> AnyResponse | tuple[str, int]:
        """Make a further account, and open its form."""
        try:
            title = known_title(request.form.get("title", "").strip())
        except InvalidInput as error:
            return forms.shown(org, "openai", failed=error, opened="account"), error.status
        if account_section(title) not in organisation().sections:
            body = {"is_active": False}
            sections.write(org, account_section(title), body, signed_in().caller, replaces=True)
        return redirect(place(org, account_section(title)), 303)

    @pages.get("/accounts/<title>")
    def show_account(org: str, title: str) -> str:
        """Show a further account's form."""
        sections.section(organisation(), account_section(known_title(title)))
        return forms.shown(org, account_section(title), title=title)

    @pages.post("/accounts/<title>")
    def write_account(org: str, title: str) -> Any:
        """Save a further account."""
        section = account_section(known_title(title))
        return forms.save(org, section, title)

    @pages.post("/accounts/<title>/delete")
    def delete_account(org: str, title: str) -> Any:
        """Delete a further account."""
        section = account_section(known_title(title))
        return forms.delete(org, section, url_for("web.settings.show", org=org), title)

    @pages.post("/test", defaults={"title": None})
    @pages.post("/accounts/<title>/test")
    def test(org: str, title: str | None) -> str | tuple[str, int]:
        """Save the form, test the key at the provider, and show its answer."""
        return forms.test(org, account_section(known_title(title)) if title else "openai", title)

    @pages.get("/models", defaults={"title": None})
    @pages.get("/accounts/<title>/models")
    def models(org: str, title: str | None) -> Response:
        """Answer the models that the key can use, for the form's lists."""
        found = services.checks.models(org, title)
        return json_answer({"models": [described(model) for model in found]})

    return pages


def described(model: Mapping[str, Any]) -> dict[str, str]:
    """A model for a list: its id, and its shutdown date."""
    retirement = goes(model["id"])
    last_day = model.get("shutdown_date") or (retirement.date if retirement else None)
    return {"id": str(model["id"]), "note": f"until {last_day}" if last_day else ""}


def known_title(title: str) -> str:
    if not TITLE_PATTERN.fullmatch(title):
        raise InvalidInput(
            "an account's title is 1 to 64 letters, digits, spaces, dots, _ or -,"
            " the first a letter or digit",
            fix="Choose another title.",
        )
    return title
