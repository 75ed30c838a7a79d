"""Settings sections as forms, read, checked and saved by their schemas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from inspect import cleandoc
from typing import Any

from flask import redirect, render_template, request, url_for

from flowhook.errors import Changed, FlowhookError
from flowhook.organisations.audit import LastChange
from flowhook.organisations.model_quirks import read_warnings
from flowhook.organisations.schemas import SECTIONS
from flowhook.organisations.section_service import account_titles, masked
from flowhook.organisations.section_tag import section_tag
from web.addresses import address_note, callback
from web.form_values import SECRET
from web.forms import FormField, check_lost, form_fields, read_form
from web.guardrail_form import with_actions, without_rules_off
from web.guardrail_views import guardrail_parts
from web.language import N_, _, translated
from web.models import goes, today
from web.page_security import organisation, reload_organisation, signed_in
from web.page_services import PageServices
from web.section_notes import section_notes
from web.section_words import TITLES, lacking_labels, minute, tested_words

# The other fields of the OpenAI section are under "More".
FIRST_FIELDS = frozenset(
    {
        "is_active",
        "provider",
        "api_key",
        "default_model",
        "image_model",
        "speech_model",
        "transcription_model",
    }
)
GUARDRAILS = "guardrails"
OWN_PAGES = {GUARDRAILS: "web/guardrails.html"}  # sections whose fields need an order
DONE = {
    "saved": N_("Saved. It takes effect within a second."),
    "deleted": N_("Deleted."),
    "gone": N_("Deleted for good: the store is full, so nothing of it could be kept."),
}


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
        is_typed: bool = True,
        opened: str = "",
        more: Mapping[str, Any] | None = None,
    ) -> str:
        """`opened`: the part below the form that `failed` is about; `more`: what the section's own
        page shows besides."""
        current = organisation()
        stored = current.sections.get(section)
        kind = section.partition("/")[0]
        values = masked(section, stored or {})
        if kind == GUARDRAILS:
            values = with_actions(values)
        schema = SECTIONS[kind]()
        fields = form_fields(schema, values)
        if isinstance(error, Changed):
            typed = form_fields(schema, values, request.form) if is_typed else fields
            changed = self._changed(org, section, error.fields or {})
            fields = beside(fields, typed, changed)
            error = _as_opened(error)
        elif error:
            fields = form_fields(schema, values, request.form, error.fields or {})
        return render_template(
            OWN_PAGES.get(kind, "web/settings.html"),
            section=section,
            kind=kind,
            title=title,
            heading=title or translated(TITLES[kind]),
            about=cleandoc(SECTIONS[kind].__doc__ or ""),
            fields=fields,
            first=FIRST_FIELDS if kind == "openai" else None,
            exists=stored is not None,
            can_test=kind == "openai" or kind in self.services.checks.others,
            tag=section_tag(current.stored, section) if stored is not None else "",
            error=error,
            tested=tested_words(kind, tested) if tested else "",
            failed=failed,
            opened=opened,
            lacking=lacking_labels(kind, stored) if stored else [],
            notes=section_notes(section, current, self.services),
            warnings=read_warnings(self.services.redis, org) if section == "openai" else [],
            titles=TITLES,
            accounts=account_titles(current),
            done=DONE.get("saved" if is_saved else request.args.get("done", "")),
            retirements={f.name: goes(f.value) for f in fields if f.is_model and f.value},
            service_default=self.services.config.default_model,
            today=today(),
            here=place(org, section),
            callback=callback(self.services.config, org) if section == "whatsapp" else "",
            unreached=address_note(self.services.config),
            **self._own_parts(kind, more or {}),
        )

    def _own_parts(self, kind: str, more: Mapping[str, Any]) -> dict[str, Any]:
        """What the section's own page shows besides its fields."""
        if kind != GUARDRAILS:
            return dict(more)
        return {**guardrail_parts(self.services, organisation()), **more}

    def save(self, org: str, section: str, title: str | None = None) -> str | tuple[str, int] | Any:
        """Save the form and show it again, with its errors if there are any."""
        try:
            self.write(org, section)
        except FlowhookError as error:
            reload_organisation(self.services.sections)
            return self.shown(org, section, error=error, title=title), error.status
        return redirect(place(org, section) + "?done=saved", 303)

    def test(self, org: str, section: str, title: str | None) -> str | tuple[str, int]:
        """Save the form if asked to, test the key, and show the provider's answer."""
        is_saved = "save" in request.form
        try:
            if is_saved:
                self.write(org, section)
        except FlowhookError as error:
            reload_organisation(self.services.sections)
            return self.shown(org, section, error=error, title=title), error.status
        reload_organisation(self.services.sections)
        try:
            tested = self._tested(org, section, title)
        except FlowhookError as failed:
            return self.shown(org, section, failed=failed, title=title, is_saved=is_saved)
        return self.shown(org, section, tested=tested, title=title, is_saved=is_saved)

    def _changed(self, org: str, section: str, names: Iterable[str]) -> dict[str, str]:
        """What to say beside each field that somebody else changed."""
        who = self.services.sections.store.audit.last_changes(org, section, names)
        return {name: _changed_words(who.get(name)) for name in names}

    def _tested(self, org: str, section: str, title: str | None) -> dict[str, Any]:
        if section.partition("/")[0] == "openai":
            return self.services.checks.test(org, title)
        return self.services.checks.test_section(org, section)

    def delete(self, org: str, section: str, url: str, title: str | None = None) -> Any:
        """Delete a section and go to `url`; show its form instead where somebody changed it
        meanwhile."""
        expected, is_kept = request.form.get("tag") or None, True
        try:
            is_kept = self.services.sections.remove(org, section, signed_in().caller, expected)
        except Changed as error:
            reload_organisation(self.services.sections)
            if section in organisation().sections:
                page = self.shown(org, section, error=error, title=title, is_typed=False)
                return page, error.status
        return redirect(f"{url}?done={'deleted' if is_kept else 'gone'}", 303)

    def write(self, org: str, section: str) -> None:
        """Write the fields that changed; unchanged ones are not validated again."""
        sections = self.services.sections
        exists = section in organisation().sections
        stored = masked(section, organisation().section(section))
        schema = SECTIONS[section.partition("/")[0]]()
        check_lost(schema, request.form)
        typed = read_form(schema, request.form)
        if section == GUARDRAILS:
            typed = without_rules_off(typed)
        body = changes(typed, stored)
        expected = request.form.get("tag") or None
        sections.write(
            org, section, body, signed_in().caller, replaces=not exists, expected=expected
        )


def changes(body: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a form changes."""
    return {name: value for name, value in body.items() if value != stored.get(name)}


def beside(
    fields: list[FormField], typed: list[FormField], changed: Mapping[str, str]
) -> list[FormField]:
    """The fields as typed, those that somebody else `changed` meanwhile as stored now, with what
    was typed beside."""
    return [
        _beside(field, mine, changed.get(field.name))
        for field, mine in zip(fields, typed, strict=True)
    ]


def _beside(field: FormField, typed: FormField, told: str | None) -> FormField:
    text = _words_of(typed).replace("\r\n", "\n")
    if told is None:
        return replace(typed, value=typed.value.replace("\r\n", "\n"))
    is_mine = field.kind != SECRET and text != _words_of(field)
    had = _("You had: %(typed)s.", typed=text) if text else _("You had nothing.")
    mine = (had,) if is_mine else ()
    return replace(field, errors=(told, *mine))


def _words_of(field: FormField) -> str:
    """What stands in a field; of a group and of rows, each field in it by its label."""
    inside = (*field.parts, *(cell for row in field.rows_of_fields for cell in row))
    if not inside:
        return field.value
    told = [(one.label, _words_of(one)) for one in inside]
    return "; ".join(f"{label}: {words}" for label, words in told if words)


def _changed_words(by: LastChange | None) -> str:
    if by is None:
        return _("Was changed since you opened this page.")
    return _(
        "Was changed since you opened this page, by %(who)s at %(time)s.",
        who=by.actor,
        time=minute(by.time),
    )


def _as_opened(error: Changed) -> FlowhookError:
    """A conflict as the page's own words."""
    if not error.fields:
        return error
    return Changed(
        _("Somebody changed these settings since you opened this page"),
        fix=_("Nothing was saved: look at the fields marked below, and save again."),
    )


def place(org: str, section: str) -> str:
    """The address of a section's or account's page."""
    kind, _, title = section.partition("/accounts/")
    if title:
        return url_for("web.accounts.show_account", org=org, title=title)
    return url_for("web.settings.section", org=org, section=kind)
