"""The home pages: whether everything works, and what to do first."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, jsonify, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from flowhook.board.routes import NameSchema
from flowhook.errors import PROVIDER
from flowhook.organisations.models import configured_models
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.roles import OPERATOR
from flowhook.records.log import LogFilter
from flowhook.redis.fullness import FIX, FULL, NEAR
from web.explanations import explain
from web.forms import form_fields
from web.models import next_to_go, recent_days, today
from web.page_security import organisation, signed_in, wants_page
from web.page_services import PageServices

HOUR_SECONDS = 3600
GOOD_MILLISECONDS = 50
SCANNED = 500  # log entries of the last hour that an organisation's home counts
GOOD, POOR, BAD, UNKNOWN = "good", "poor", "bad", "unknown"


@dataclass(frozen=True, slots=True)
class Light:
    """The state of one part of the service."""

    name: str
    state: str
    words: str


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
            return redirect(url_for("web.home.show", org=caller.organization_id), 303)
        return service_page(services)

    return front


def home_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>`."""
    pages = Blueprint("home", __name__, url_prefix="/organisations/<org>")

    @pages.get("")
    def show(org: str) -> str:
        """Show whether an organisation's bot can answer."""
        hour = last_hour(services, org)
        current = organisation()
        rows = services.counters.read(org, recent_days())
        models = configured_models(current, services.config.default_model)
        models += [row.model for row in rows if row.model]
        return render_template(
            "web/home.html",
            **_named(services, org),
            lights=[
                account_light(current),
                circuit_light(current) or account_provider_light(current, hour["statuses"]),
                redis_light(services),
                worker_light(services),
            ],
            hour=hour,
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
    statuses = services.recent_outcomes.last_hour()
    return render_template(
        "web/service.html",
        lights=[
            redis_light(services),
            store_light(services),
            worker_light(services),
            provider_light(statuses, is_fault=_is_outage),
        ],
        hour=_summed(statuses),
        retiring=next_to_go([services.config.default_model]),
        today=today(),
        explain=explain,
    )


def redis_light(services: PageServices) -> Light:
    started = time.perf_counter()
    services.redis.ping()
    milliseconds = (time.perf_counter() - started) * 1000
    if milliseconds < GOOD_MILLISECONDS:  # the same words with each refresh
        return Light("Redis", GOOD, f"answers within {GOOD_MILLISECONDS} ms")
    return Light("Redis", POOR, f"answers in {milliseconds:.0f} ms")


def store_light(services: PageServices) -> Light:
    """How full the store is."""
    fill = services.fullness.look()
    state = services.fullness.state
    if state == FULL:
        return Light("Store", BAD, f"{fill.words()}: new work is refused. {FIX}")
    if state == NEAR:
        return Light("Store", POOR, f"{fill.words()}. {FIX}")
    return Light("Store", GOOD, "has room" if fill.most else "has no bound")


def worker_light(services: PageServices) -> Light:
    living = services.job_services.liveness.workers()
    if not living:
        return Light("Worker", POOR, "none is running: slow calls wait until one does")
    return Light("Worker", GOOD, "one is running" if living == 1 else f"{living} are running")


def circuit_light(current: Organisation) -> Light | None:
    """The provider's state where a circuit is open."""
    now = time.time()
    waits = [state["until"] - now for state in current.circuits.values()]
    left = round(max(waits, default=0.0))
    if left <= 0:
        return None
    return Light("Provider", BAD, f"failed repeatedly; the next attempt is in {left} s")


def account_light(current: Organisation) -> Light:
    section = current.section("openai")
    if not section.get("api_key"):
        return Light("OpenAI account", BAD, "has no API key yet")
    if not section.get("is_active"):
        return Light("OpenAI account", POOR, "is switched off: calls are refused")
    return Light("OpenAI account", GOOD, "is active")


def account_provider_light(current: Organisation, statuses: dict[str, int]) -> Light:
    """The provider's state, which nobody knows where there is no key to call it with."""
    if not current.section("openai").get("api_key"):
        return Light("Provider", UNKNOWN, "cannot be called without a key")
    return provider_light(statuses, is_fault=_is_providers)


def provider_light(statuses: dict[str, int], is_fault: Callable[[str], bool]) -> Light:
    """The provider's state, judged by the last hour's calls, of which `is_fault` chooses."""
    calls = sum(statuses.values())
    failed = sum(count for status, count in statuses.items() if is_fault(status))
    if not calls:
        return Light("Provider", UNKNOWN, "was not called in the last hour")
    if not failed:
        return Light("Provider", GOOD, "no failures in the last hour")
    state = BAD if failed > statuses.get("ok", 0) else POOR
    words = "call" if calls == 1 else "calls"
    return Light("Provider", state, f"failed in {failed:,} of {calls:,} {words} of the last hour")


def last_hour(services: PageServices, org: str) -> dict[str, Any]:
    """Count the organisation's calls of the last hour by status, with its newest failures."""
    since = int((time.time() - HOUR_SECONDS) * 1000)
    page = services.log.page(org, LogFilter(since=since), "", SCANNED, scan=SCANNED)
    statuses: dict[str, int] = {}
    for entry in page["logs"]:
        statuses[entry["status"]] = statuses.get(entry["status"], 0) + 1
    failures = [entry for entry in page["logs"] if entry["status"] != "ok"]
    more = page["next_cursor"] is not None
    return {**_summed(statuses), "newest": failures[:5], "more": more, "scanned": SCANNED}


def first_steps(current: Organisation, called: bool) -> list[Step]:
    """The steps from a new organisation to its first answer."""
    org, section = current.id, current.section("openai")
    settings = url_for("web.settings.show", org=org)
    proven = any(token.scope == "webhook" for token in current.tokens.values())
    return [
        Step("Save the OpenAI API key", bool(section.get("api_key")), settings),
        Step("Switch it on", bool(section.get("is_active")), settings),
        Step(
            "Create a token for the flow builder, or save Glific's signature phrase",
            proven or bool(current.signature_phrase),
            url_for("web.tokens.show", org=org),
        ),
        Step("Try a function", called, url_for("web.functions.index", org=org)),
    ]


def _summed(statuses: dict[str, int]) -> dict[str, Any]:
    calls = sum(statuses.values())
    failures = {status: count for status, count in statuses.items() if status != "ok"}
    ordered = dict(sorted(failures.items(), key=lambda item: -item[1]))
    return {
        "statuses": statuses,
        "calls": calls,
        "failed": sum(failures.values()),
        "failures": ordered,
    }


def _is_providers(status: str) -> bool:
    found = explain(status)
    return found is not None and found.by_provider


def _is_outage(status: str) -> bool:
    """Whether a failure is the provider's own: not a key, a credit or a model of one account."""
    found = explain(status)
    return found is not None and found.by_provider and found.fixed_by == PROVIDER
