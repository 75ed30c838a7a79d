"""The organisations: what is set but cannot work, and what will stop to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from flowhook.alerts.conditions import Condition
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.schemas import WhatsAppSettingsSchema
from flowhook.organisations.section import lacking
from flowhook.organisations.section_service import account_section
from flowhook.providers.retirements import Retirement, retiring
from service.doctor.finding import WRONG, Finding, named, works
from service.terminal import counted

MODELS = ("default_model", "image_model", "speech_model", "transcription_model")
SOON_DAYS = 60


def keys(active: Collection[str], errors: Mapping[str, str]) -> Finding:
    """The keys of those that are switched on: `errors` is what providers said of them last."""
    bad = [f"{errors[org]} for {org}" for org in sorted(active) if errors.get(org)]
    if bad:
        fix = "flowhook key set ORG for a key that is refused; a quota is raised at the provider"
        return Finding("Organisations' keys", WRONG, f"the last call said {named(bad)}", fix)
    words = f"{counted(len(active), 'organisation')} switched on, no key refused at the last call"
    return works("Organisations' keys", words)


def whatsapp(organisations: Sequence[Organisation], refused: Condition) -> Finding:
    """Whether each WhatsApp section is whole, without which nothing arrives, and its access token
    was not `refused` when a message was sent last."""
    users = [one for one in organisations if one.sections.get("whatsapp") is not None]
    faults = [fault for one in users if (fault := _whatsapp_fault(one, refused))]
    if faults:
        fix = "set them on the page Settings, WhatsApp (docs/admin.md says where Meta has them)"
        return Finding("WhatsApp", WRONG, named(faults), fix)
    if not users:
        return works("WhatsApp", "nobody uses it")
    return works("WhatsApp", f"{counted(len(users), 'number')} set whole, and no token refused")


def _whatsapp_fault(organisation: Organisation, refused: Condition) -> str:
    absent = lacking(WhatsAppSettingsSchema, organisation.section("whatsapp"))
    if absent:
        return f"{organisation.id} lacks {' and '.join(absent)}"
    return (
        f"Meta refuses the access_token of {organisation.id}" if any(refused(organisation)) else ""
    )


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
