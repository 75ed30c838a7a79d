"""The state of each settings section that is set up, as Home shows it."""

from __future__ import annotations

from flask import url_for

from flowhook.organisations.auth import SIGNATURE
from flowhook.organisations.check_results import CheckResult
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.schemas import SECTIONS
from web.lights import BAD, GOOD, UNKNOWN, Light
from web.page_services import PageServices
from web.section_notes import signature_fault
from web.section_words import TITLES, lacking_labels


def section_lights(services: PageServices, current: Organisation) -> list[Light]:
    """A light for each section that needs something of somebody else's."""
    found = services.checks.results.read(current)
    sections = [name for name, schema in SECTIONS.items() if schema.needed]
    return [
        _light(services, current, section, found.get(section))
        for section in sections
        if section in current.sections
    ]


def _light(
    services: PageServices, current: Organisation, section: str, result: CheckResult | None
) -> Light:
    state, words = _state(services, current, section, result)
    url = url_for("web.settings.section", org=current.id, section=section)
    return Light(TITLES[section], state, words, url)


def _state(
    services: PageServices, current: Organisation, section: str, result: CheckResult | None
) -> tuple[str, str]:
    missing = [label for _, label in lacking_labels(section, current.section(section))]
    if missing:
        return BAD, f"lacks {' and '.join(missing)}"
    if section == "signature":
        return _signature(services, current)
    if result is None:
        return UNKNOWN, "was not tested since it was saved"
    if result.problem:
        return BAD, result.problem
    return GOOD, f"worked when it was tested on {result.at[:10]}"


def _signature(services: PageServices, current: Organisation) -> tuple[str, str]:
    if signature_fault(current):
        return BAD, "can never fit: the organisation's id is not Glific's number"
    seen = services.sections.store.tokens.uses(current.id).get(SIGNATURE)
    if not seen:
        return UNKNOWN, "no signed call has come yet"
    return GOOD, f"the last signed call came at {seen[:16].replace('T', ' ')} UTC"
