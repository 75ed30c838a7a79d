"""Trying a text on the page of guardrails; the settings themselves are saved as any others."""

from __future__ import annotations

from flask import Blueprint, request

from answers.guardrails.trying import MAX_TRIED
from flowhook.errors import FlowhookError, InvalidInput
from flowhook.mended_text import mended_text
from web.guardrail_views import shown_try
from web.language import _
from web.new_prompts import Shown
from web.page_security import organisation
from web.page_services import PageServices
from web.section_forms import SectionForms

SECTION = "guardrails"


def guardrail_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/settings/guardrails/try` and `ask`."""
    pages = Blueprint(SECTION, __name__, url_prefix="/organisations/<org>/settings/guardrails")
    forms = SectionForms(services)

    def tried(org: str, *, asks: bool) -> Shown:
        text = mended_text(request.form.get("text", "").replace("\r\n", "\n"))
        language = request.form.get("language", "")
        more = {"typed_text": text, "typed_language": language}
        try:
            check_text(text)
            found = services.trial.try_text(organisation(), text, language=language, asks=asks)
        except FlowhookError as error:
            return forms.shown(org, SECTION, more={**more, "try_error": error}), error.status
        return forms.shown(org, SECTION, more={**more, "tried": shown_try(found)})

    @pages.post("/try")
    def try_one(org: str) -> Shown:
        """Show what would be masked in a text, and whether it has banned words; keep nothing."""
        return tried(org, asks=False)

    @pages.post("/ask")
    def ask(org: str) -> Shown:
        """Show the same, with every rule: the provider is asked."""
        with services.in_flight.place(org):
            return tried(org, asks=True)

    return pages


def check_text(text: str) -> None:
    """Raise InvalidInput for a text that is none, or too long to be tried."""
    if not text.strip() or len(text) > MAX_TRIED:
        raise InvalidInput(
            _("there is no text to try") if not text.strip() else _("the text is too long"),
            fix=_("Type up to %(count)s characters.", count=f"{MAX_TRIED:,}"),
        )
