"""The home pages: whether everything works, and what to do first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, jsonify, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from flowhook.board.routes import NameSchema
from flowhook.organisations.models import configured_models
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.roles import EXPERT, OPERATOR, may
from web.explanations import explain
from web.forms import form_fields
from web.language import _
from web.lights import (
    account_light,
    account_provider_light,
    circuit_light,
    is_outage,
    provider_light,
    redis_light,
    store_light,
    worker_light,
)
from web.models import next_to_go, recent_days, today
from web.page_security import organisation, signed_in, wants_page
from web.page_services import PageServices
from web.section_lights import section_lights

FAILING = 5  # organisations that the operator's home names


@dataclass(frozen=True, slots=True)
class Step:
    """One step in setting up an organisation."""

    words: str
    done: bool
    url: str


def front_page(services: PageServices) -> Any:
    """`GET /`: the home page in a browser; otherwise a list of addresses."""

    def front() -> Any:
        if not wants_page():
            places = {"pages": "/sign-in", "docs": "/docs", "openapi": "/openapi.json"}
            return jsonify({"success": True, "service": "flowhook", **places})
        if g.session is None:
            return redirect("/sign-in", 303)
        caller = signed_in().caller
        if caller.scope != OPERATOR:
            first = "web.inbox.index" if caller.scope == EXPERT else "web.home.show"
            return redirect(url_for(first, org=caller.organization_id), 303)
        return service_page(services)

    return front


def home_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>`."""
    pages = Blueprint("home", __name__, url_prefix="/organisations/<org>")

    @pages.get("")
    def show(org: str) -> str:
        """Show whether an organisation's bot can answer."""
        hour = services.recent_outcomes.last_hour(org)
        current = organisation()
        rows = services.counters.read(org, recent_days())
        models = configured_models(current, services.config.default_model)
        models += [row.model for row in rows if row.model]
        return render_template(
            "web/home.html",
            **_named(services, org),
            lights=[
                account_light(current),
                circuit_light(current) or account_provider_light(current, hour),
                redis_light(services),
                worker_light(services),
            ],
            section_lights=section_lights(services, current),
            day=services.recent_outcomes.last_day(org),
            retiring=next_to_go(models),
            today=today(),
            steps=first_steps(current, called=bool(rows)),
            explain=explain,
        )

    return pages


def _named(services: PageServices, org: str) -> dict[str, Any]:
    """The operator's title and tags of an organisation, with the form to change them."""
    if signed_in().caller.scope != OPERATOR:
        return {}
    (standing,) = services.board.standings([org])
    values = {"title": standing.title, "tags": list(standing.tags)}
    return {"standing": standing, "name_fields": form_fields(NameSchema(), values)}


def service_page(services: PageServices) -> str | AnyResponse:
    """Show the operator's home: the state of the whole service."""
    outcomes = services.recent_outcomes
    return render_template(
        "web/service.html",
        lights=[
            redis_light(services),
            store_light(services),
            worker_light(services),
            provider_light(outcomes.last_hour(), is_fault=is_outage),
        ],
        day=outcomes.last_day(),
        failing=services.board.failing(FAILING),
        retiring=next_to_go([services.config.default_model]),
        today=today(),
        explain=explain,
    )


def first_steps(current: Organisation, called: bool) -> list[Step]:
    """The steps from a new organisation to its first answer."""
    org, section = current.id, current.section("openai")
    settings = _opened("web.settings.show", org)
    proven = any(token.scope == "webhook" for token in current.tokens.values())
    return [
        Step(_("Save the OpenAI API key"), bool(section.get("api_key")), settings),
        Step(_("Switch it on"), bool(section.get("is_active")), settings),
        Step(
            _("Create a token for the flow builder, or save Glific's signature phrase"),
            proven or bool(current.signature_phrase),
            _opened("web.tokens.show", org),
        ),
        Step(_("Try a function"), called, _opened("web.functions.index", org)),
    ]


def _opened(page: str, org: str) -> str:
    """The address of a page; empty for whom it does not open."""
    return url_for(page, org=org) if may(signed_in().caller.scope, page, "GET") else ""
