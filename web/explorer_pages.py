"""Explores a flow: which ways nobody can go, where it ends silently, and cases to try it by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from flask import Blueprint, render_template, request

from flowhook.errors import FlowhookError
from flows.definition.definition import Flow
from flows.exploring.exploration import explore_draft
from flows.exploring.personas import PERSONAS
from flows.library.publishing import newest
from web.case_turn_words import turn_words
from web.fitting_sets import sets_for
from web.language import N_
from web.new_prompts import Shown
from web.node_names import NodeNames
from web.page_security import organisation
from web.page_services import PageServices

NOT_OF_NAMES = re.compile(r"[^a-z0-9_-]+")
MOST = 50  # proposals on a page
PERSONA_WORDS = {
    "": N_("the shortest way"),
    "short": N_("says little"),
    "hinglish": N_("writes Hinglish"),
    "typos": N_("makes typing mistakes"),
    "angry": N_("is angry"),
    "off_topic": N_("talks of something else"),
    "voice_note": N_("sends voice notes"),
    "code_mixed": N_("mixes Hindi and English"),
}

Json = dict[str, Any]


def explorer_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/flows/<uuid>/explore`."""
    pages = Blueprint("explorer", __name__, url_prefix="/organisations/<org>/flows/<uuid>/explore")
    flows = services.conversations.flows

    def shown(
        org: str, uuid: str, found: Json | None = None, error: FlowhookError | None = None
    ) -> str:
        entry, flow = newest(flows, org, uuid)
        return render_template(
            "web/explorer.html",
            entry=entry.shown,
            found=found,
            names=NodeNames.of(flow),
            proposals=list(proposals(flow, found["proposals"])) if found else [],
            personas=PERSONA_WORDS,
            chosen=request.form.getlist("persona"),
            turn_words=turn_words,
            first_name=NOT_OF_NAMES.sub("_", flow.name.lower())[:64].strip("_") or "flow",
            sets=sets_for(services, org, flow=uuid),
            error=error,
        )

    @pages.get("")
    def show(org: str, uuid: str) -> str:
        """Ask whose words are to be tried."""
        return shown(org, uuid)

    @pages.post("")
    def walk(org: str, uuid: str) -> Shown:
        """Explore the newest draft, and show what was found."""
        personas = [one for one in request.form.getlist("persona") if one in PERSONAS]
        try:
            with services.in_flight.place(org):
                found = explore_draft(
                    services.conversations,
                    services.pretended,
                    organisation(),
                    uuid,
                    personas,
                    MOST,
                )
        except FlowhookError as error:
            return shown(org, uuid, error=error), error.status
        return shown(org, uuid, found)

    return pages


def proposals(flow: Flow, found: Iterable[Mapping[str, Any]]) -> Iterable[Json]:
    """Proposals with what a page shows of them: what each reaches, nodes by their titles, and the
    `case` that it becomes."""
    names = NodeNames.of(flow)
    for one in found:
        checks = [{"reaches": place} for place in one["reaches"]]
        case = {"turns": one["turns"], "checks": checks, "body": one.get("body", {})}
        reached = [names.title(place) if place in flow.nodes else place for place in one["reaches"]]
        yield {**one, "reached": reached, "case": orjson.dumps(case).decode()}
