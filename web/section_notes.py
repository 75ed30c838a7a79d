"""What a settings page warns of beside the form, before anything fails."""

from __future__ import annotations

from flowhook.organisations.auth import SIGNATURE
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.signature import is_glific_number
from web.language import _
from web.page_services import PageServices
from web.section_words import AT, with_time


def section_notes(section: str, current: Organisation, services: PageServices) -> list[str]:
    """Sentences for the section."""
    if section == "signature" and current.signature_phrase:
        return [signature_note(current, services.sections.store.tokens.uses(current.id))]
    if section.partition("/")[0] == "openai":
        return unknown_models(section, current, services)
    return []


def unknown_models(section: str, current: Organisation, services: PageServices) -> list[str]:
    """Models that the key could not use when they were listed last."""
    found = services.sections.known_models.unknown(
        current.id, section, current.stored, current.section(section)
    )
    return [
        _(
            "%(model)s is not among the models of this key, as listed on %(day)s: calls that ask it"
            " will fail. Choose another, or try it by Save and test.",
            model=model,
            day=found.at[:10],
        )
        for model in found.models
    ]


def signature_note(current: Organisation, uses: dict[str, str]) -> str:
    """Whether signed calls can fit, and when the last one came."""
    wrong = signature_fault(current)
    if wrong:
        return wrong
    seen = uses.get(SIGNATURE)
    if seen:
        return with_time(_("The last signed call came at %(at)s.", at=AT), seen)
    return _("No signed call has come yet: test the webhook in Glific's simulator, then look here.")


def signature_fault(current: Organisation) -> str:
    """Why no signed call can fit; empty where it can."""
    if is_glific_number(current.id):
        return ""
    return _(
        "No call that Glific signs will fit: Glific names the organisation by its own number, and"
        " this one is called %(org)s. Have the operator make an organisation whose id is Glific's"
        " number, or give the webhook nodes a token instead.",
        org=current.id,
    )
