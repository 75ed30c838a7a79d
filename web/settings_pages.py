"""The pages of an organisation's settings sections."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from flowhook.errors import NotFound
from flowhook.organisations.schemas import SECTIONS
from web.page_services import PageServices
from web.section_forms import SectionForms, place


def settings_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/settings/<section>`."""
    pages = Blueprint("settings", __name__, url_prefix="/organisations/<org>/settings")
    forms = SectionForms(services)

    @pages.get("")
    def show(org: str) -> str:
        """Show the first section's form."""
        return forms.shown(org, "openai")

    @pages.get("/<section>")
    def section(org: str, section: str) -> str:
        """Show a section's form."""
        return forms.shown(org, known(section))

    @pages.post("/<section>")
    def write(org: str, section: str) -> Any:
        """Save a section."""
        return forms.save(org, known(section))

    @pages.post("/<section>/test")
    def test(org: str, section: str) -> str | tuple[str, int]:
        """Save the form, test what is stored, and show the service's answer."""
        return forms.test(org, known(section), None)

    @pages.post("/<section>/delete")
    def delete(org: str, section: str) -> Any:
        """Delete a section."""
        return forms.delete(org, known(section), place(org, section))

    return pages


def known(section: str) -> str:
    if section not in SECTIONS:
        raise NotFound("there is no such settings section", fix="Choose one from the list.")
    return section
