"""The organisations: what is set but cannot work, and what will stop to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from flowhook.organisations.organisation import Organisation
from flowhook.organisations.schemas import WhatsAppSettingsSchema
from flowhook.organisations.section import lacking
from flowhook.organisations.section_service import account_section
from flowhook.providers.retirements import Retirement, retiring
from service.doctor.finding import WRONG, Finding, named, works

MODELS = ("default_model", "image_model", "speech_model", "transcription_model")
SOON_DAYS = 60


def keys(active: Collection[str], errors: Mapping[str, str]) -> Finding:
    """The keys of those that are switched on: `errors` is what providers said of them last."""
    bad = [f"{errors[org]} for {org}" for org in sorted(active) if errors.get(org)]
    if bad:
        fix = "flowhook key set ORG for a key that is refused; a quota is raised at the provider"
        return Finding("Organisations' keys", WRONG, f"the last call said {named(bad)}", fix)
    words = f"none of the {len(active)} switched on was refused at its last call"
    return works("Organisations' keys", words)


def whatsapp(organisations: Sequence[Organisation]) -> Finding:
    """Whether each WhatsApp section is whole; with one field less, nothing arrives."""
    half = []
    number = 0
    for organisation in organisations:
        section = organisation.sections.get("whatsapp")
        if section is None:
            continue
        number += 1
        absent = lacking(WhatsAppSettingsSchema, section)
        if absent:
            half.append(f"{organisation.id} lacks {' and '.join(absent)}")
    if half:
        fix = "set them on the page Settings, WhatsApp (docs/admin.md says where Meta has them)"
        return Finding("WhatsApp", WRONG, named(half), fix)
    return works("WhatsApp", f"{number} numbers are set whole" if number else "nobody uses it")


def models(organisations: Sequence[Organisation], defaults: Sequence[str], today: date) -> Finding:
    """The models that settings name, and those of organisations that name none."""
    going = [
        f"{owner} uses {_words(entry)}"
        for owner, named_models in _models(organisations, defaults)
        for entry in retiring(named_models, today, SOON_DAYS)
    ]
    if going:
        fix = "choose another model in the settings (DEFAULT_MODEL for the service's own)"
        return Finding("Models", WRONG, named(going), fix)
    return works("Models", f"none of those in the settings ends within {SOON_DAYS} days")


def _models(
    organisations: Sequence[Organisation], defaults: Sequence[str]
) -> Iterator[tuple[str, list[str]]]:
    yield "the service", list(defaults)
    for organisation in organisations:
        for name, section in organisation.sections.items():
            if name == "openai" or name.startswith(account_section("")):
                aliases = section.get("model_aliases") or {}
                listed = [str(section[field]) for field in MODELS if section.get(field)]
                yield organisation.id, [model for model in listed if model not in aliases]


def _words(entry: Retirement) -> str:
    instead = f" (instead: {entry.successor})" if entry.successor else ""
    return f"{entry.model}, which ends on {entry.date.isoformat()}{instead}"
