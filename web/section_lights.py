"""The state of each settings section that is set up, as Home shows it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import url_for

from flowhook.organisations.auth import SIGNATURE
from flowhook.organisations.check_results import CheckResult
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.roles import WEBHOOK, may
from flowhook.organisations.schemas import SECTIONS
from web.language import _, translated
from web.lights import BAD, GOOD, POOR, UNKNOWN, Light
from web.page_security import signed_in
from web.page_services import PageServices
from web.page_words import in_page_words
from web.section_notes import signature_fault
from web.section_words import AT, TITLES, lacking_labels, with_time

State = tuple[str, str]
"""A light's state and words."""


def section_lights(services: PageServices, current: Organisation) -> list[Light]:
    """A light for each section that needs something of somebody else's."""
    found = services.checks.results.read(current)
    uses = services.sections.store.tokens.uses(current.id)
    sections = [name for name, schema in SECTIONS.items() if schema.needed]
    lights = [
        _light(current, section, _state(current, section, found.get(section), uses))
        for section in sections
        if section in current.sections
    ]
    lights += _tokens(current, uses)
    return [*lights, _light(current, "alerts", _alerts(services, current, found.get("alerts")))]


def _light(current: Organisation, section: str, state: State) -> Light:
    view = "web.settings.section"
    is_open = may(signed_in().caller.scope, view, "GET")
    url = url_for(view, org=current.id, section=section) if is_open else ""
    return Light(translated(TITLES[section]), *state, url)


def _state(
    current: Organisation, section: str, result: CheckResult | None, uses: Mapping[str, str]
) -> State:
    missing = [label for _, label in lacking_labels(section, current.section(section))]
    if missing:
        return BAD, _("lacks %(fields)s", fields=", ".join(missing))
    if section == "signature":
        return _signature(current, uses)
    return _tested(section, result)


def _tested(section: str, result: CheckResult | None) -> State:
    if result is None:
        return UNKNOWN, _("was not tested since it was saved")
    if result.problem:
        return BAD, in_page_words(result.problem, section)
    return GOOD, _("worked when it was tested on %(day)s", day=result.at[:10])


def _signature(current: Organisation, uses: Mapping[str, str]) -> State:
    if signature_fault(current):
        return BAD, _("can never fit: the organisation's id is not Glific's number")
    seen = uses.get(SIGNATURE)
    if not seen:
        return UNKNOWN, _("no signed call has come yet")
    return GOOD, with_time(_("the last signed call came at %(at)s", at=AT), seen)


def _tokens(current: Organisation, uses: Mapping[str, str]) -> list[Light]:
    """When the last call came with a webhook token, where there is one."""
    made = [token.id for token in current.tokens.values() if token.scope == WEBHOOK]
    if not made:
        return []
    seen = max((uses[one] for one in made if one in uses), default="")
    state: State = UNKNOWN, _("no call has come with one yet")
    if seen:
        state = GOOD, with_time(_("the last call came at %(at)s", at=AT), seen)
    is_open = may(signed_in().caller.scope, "web.tokens.show", "GET")
    url = url_for("web.tokens.show", org=current.id) if is_open else ""
    return [Light(_("Webhook tokens"), *state, url)]


def _alerts(services: PageServices, current: Organisation, result: CheckResult | None) -> State:
    """Whether somebody is told what goes wrong, and what they were told."""
    if "alerts" not in current.sections:
        return UNKNOWN, _("are not set up: nobody is told when something goes wrong")
    if services.alerts.waits(current.id):
        return BAD, _("could not be sent; the next try is within a quarter of an hour")
    if result is not None and result.problem:
        return BAD, in_page_words(result.problem, "alerts")
    told = services.alerts.open(current.id)
    if told:
        messages = "; ".join(translated(one["message"]) for one in told)
        return POOR, in_page_words(
            _("were sent, and are not over: %(messages)s", messages=messages)
        )
    return _tested("alerts", result)
