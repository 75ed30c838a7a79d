"""Which versions of a saved prompt answer, and what they have to pass before."""

from __future__ import annotations

from flask import Blueprint, request

from answers.gates.gate import PROMPT
from answers.prompts.prompt_checks import check_tag
from flowhook.errors import FlowhookError
from web.gate_checks import change_gate
from web.new_prompts import Shown
from web.page_security import organisation
from web.page_services import PageServices
from web.prompt_split import asked_split
from web.prompt_views import PromptViews, editing


def add_live(pages: Blueprint, services: PageServices) -> None:
    """`prompts/<name>/live` and `gate`."""
    views = PromptViews(services)

    @pages.post("/prompts/<name>/live")
    def put_live(org: str, name: str) -> Shown:
        """Put one version live alone, or split the contacts between some."""
        by, tag = editing()
        insists = request.form.get("force") == "on"
        try:
            split = asked_split(request.form)
            check = services.live_prompts.put(org, name, split, by, expected=tag, insists=insists)
        except FlowhookError as error:
            return views.refused(org, name, error)
        services.sections.changed(org)
        return views.to(org, name, "checking" if check else "live")

    @pages.post("/prompts/<name>/gate")
    def gate(org: str, name: str) -> Shown:
        """Choose the question set that a version has to answer first, or check nothing more."""
        by, tag = editing()
        try:
            check_tag(name, services.prompts.existing(organisation(), name), tag)
            change_gate(services, org, (PROMPT, name), by)
        except FlowhookError as error:
            return views.refused(org, name, error)
        services.sections.changed(org)
        return views.to(org, name, "gated")
