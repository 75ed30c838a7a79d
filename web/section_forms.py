"""Settings sections as forms, read, checked and saved by their schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for

from flowhook.errors import FlowhookError
from flowhook.http.origin import origin
from flowhook.organisations.model_quirks import read_warnings
from flowhook.organisations.schemas import SECTIONS
from flowhook.organisations.section_service import account_titles, masked
from web.forms import form_fields, label_of, read_form
from web.models import goes, today
from web.page_security import organisation, reload_organisation, signed_in
from web.page_services import PageServices

PROPER_NAMES = {
    "openai": "OpenAI (ChatGPT)",
    "whatsapp": "WhatsApp",
    "google_maps": "Google Maps",
    "google_sheets": "Google Sheets",
}
TITLES = {section: PROPER_NAMES.get(section, label_of(section)) for section in SECTIONS}
# The other fields of the OpenAI section are under "More".
FIRST_FIELDS = frozenset(
    {
        "is_active",
        "provider",
        "api_key",
        "organization",
        "project",
        "default_model",
        "image_model",
        "speech_model",
        "transcription_model",
    }
)
DONE = {"saved": "Saved. It takes effect within a second.", "deleted": "Deleted."}


class SectionForms:
    """The form of any section or further account (`title`)."""

    def __init__(self, services: PageServices) -> None:
        self.services = services

    def shown(
        self,
        org: str,
        section: str,
        *,
        error: FlowhookError | None = None,
        tested: dict[str, Any] | None = None,
        failed: FlowhookError | None = None,
        title: str | None = None,
        is_saved: bool = False,
    ) -> str:
        current = organisation()
        stored = current.sections.get(section)
        kind = section.partition("/")[0]
        typed = request.form if error else None
        values = masked(section, stored or {})
        errors = error.fields or {} if error else {}
        fields = form_fields(SECTIONS[kind](), values, typed, errors)
        return render_template(
            "web/settings.html",
            section=section,
            kind=kind,
            title=title,
            heading=title or TITLES[kind],
            about=(SECTIONS[kind].__doc__ or "").strip(),
            fields=fields,
            first=FIRST_FIELDS if kind == "openai" else None,
            exists=stored is not None,
            can_test=kind == "openai" or kind in self.services.checks.others,
            error=error,
            tested=tested,
            failed=failed,
            warnings=read_warnings(self.services.redis, org) if section == "openai" else [],
            titles=TITLES,
            accounts=account_titles(current),
            done=DONE.get("saved" if is_saved else request.args.get("done", "")),
            retirements={f.name: goes(f.value) for f in fields if f.is_model and f.value},
            service_default=self.services.config.default_model,
            today=today(),
            here=place(org, section),
            callback=callback(self.services, org) if section == "whatsapp" else "",
        )

    def save(self, org: str, section: str, title: str | None = None) -> str | tuple[str, int] | Any:
        """Save the form and show it again, with its errors if there are any."""
        try:
            self.write(org, section)
        except FlowhookError as error:
            return self.shown(org, section, error=error, title=title), error.status
        return redirect(place(org, section) + "?done=saved", 303)

    def test(self, org: str, section: str, title: str | None) -> str | tuple[str, int]:
        """Save the form if asked to, test the key, and show the provider's answer."""
        is_saved = "save" in request.form
        try:
            if is_saved:
                self.write(org, section)
        except FlowhookError as error:
            return self.shown(org, section, error=error, title=title), error.status
        try:
            tested = self._tested(org, section, title)
        except FlowhookError as failed:
            return self.shown(org, section, failed=failed, title=title, is_saved=is_saved)
        return self.shown(org, section, tested=tested, title=title, is_saved=is_saved)

    def _tested(self, org: str, section: str, title: str | None) -> dict[str, Any]:
        if section.partition("/")[0] == "openai":
            return self.services.checks.test(org, title)
        return self.services.checks.test_section(org, section)

    def write(self, org: str, section: str) -> None:
        """Write the fields that changed; unchanged ones are not validated again."""
        sections = self.services.sections
        exists = section in organisation().sections
        stored = masked(section, organisation().section(section))
        schema = SECTIONS[section.partition("/")[0]]()
        body = changes(read_form(schema, request.form), stored)
        sections.write(org, section, body, signed_in().caller, replaces=not exists)
        reload_organisation(sections)


def changes(body: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a form changes."""
    return {name: value for name, value in body.items() if value != stored.get(name)}


def callback(services: PageServices, org: str) -> str:
    """The address for Meta's verification and deliveries."""
    return f"{origin(services.config.public_url)}/channels/whatsapp/{org}"


def place(org: str, section: str) -> str:
    """The address of a section's or account's page."""
    kind, _, title = section.partition("/accounts/")
    if title:
        return url_for("web.accounts.show_account", org=org, title=title)
    return url_for("web.settings.section", org=org, section=kind)
