"""HTTP for an organisation's usage."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

from flask import Blueprint, Response, request

from flowhook.errors import InvalidInput
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented
from flowhook.http.times import read_time
from flowhook.organisations.auth import require_operator
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.section_service import SectionService
from flowhook.records.recorder import WRITTEN_SECONDS
from flowhook.usage.counters import KEEP_DAYS, Row, UsageCounters
from flowhook.usage.prices import Prices
from flowhook.usage.report import GROUPINGS, GUARDRAIL, PROMPT, SOURCE, report

DEFAULT_DAYS = 30
NUMBERS = ("calls", "errors", "input_tokens", "output_tokens")
QUERY = {
    "from": f"First day (UTC), for example 2026-11-01; {DEFAULT_DAYS} days up to `to` if absent."
    f" The last {KEEP_DAYS} days are kept.",
    "to": "Last day, included; today if absent.",
    "by": "What a line adds up: day (default), model or function.",
}
OWN_QUERY = {
    **QUERY,
    "by": f"{QUERY['by'][:-1]}; or prompt: the calls that saved prompts answered, by version; or"
    " source: those that an approved answer or a model answered; or guardrail: those on which a"
    " rule spoke, by rule and day.",
}
LINE = {
    "type": "object",
    "required": list(NUMBERS),
    "properties": {
        **{name: {"type": ["string", "null"]} for name in (*GROUPINGS, PROMPT, SOURCE, GUARDRAIL)},
        **{name: {"type": "integer"} for name in NUMBERS},
        "cost": {
            "type": "number",
            "description": "US dollars by list prices; absent if no price is known.",
        },
        "unpriced_tokens": {
            "type": "integer",
            "description": "Tokens that cost does not cover; absent if it covers all.",
        },
    },
}
ANSWER = {
    "type": "object",
    "required": ["usage"],
    "properties": {"usage": {"type": "array", "items": LINE}},
}


def usage_routes(
    auth: AdminAuth, sections: SectionService, counters: UsageCounters, prices: Prices
) -> Blueprint:
    """`GET /usage` and `GET /usage/<org>`."""
    routes = Blueprint("usage", __name__, url_prefix="/usage")

    @routes.get("")
    @documented(query=QUERY, answer=ANSWER)
    def show_all() -> Response:
        """Show the usage of all organisations together (the operator alone)."""
        require_operator(auth.caller())
        by, days = asked_grouping(), asked_days()
        time.sleep(WRITTEN_SECONDS)
        return json_answer({"usage": report(counters.read(None, days), by, prices)})

    @routes.get("/<org>")
    @documented(query=OWN_QUERY, answer=ANSWER)
    def show_usage(org: str) -> Response:
        """Show calls, errors, tokens and cost by day, model, function, prompt, source or rule."""
        auth.member(org)
        sections.existing(org)
        by = asked_grouping(PROMPT, SOURCE, GUARDRAIL)
        days = asked_days()
        time.sleep(WRITTEN_SECONDS)
        return json_answer({"usage": report(rows_of(counters, org, days, by), by, prices)})

    return routes


def rows_of(counters: UsageCounters, org: str, days: list[str], by: str) -> list[Row]:
    """The rows that a report by `by` adds up."""
    of_their_own = {
        PROMPT: counters.read_prompts,
        SOURCE: counters.read_sources,
        GUARDRAIL: counters.read_guardrails,
    }
    return of_their_own.get(by, counters.read)(org, days)


def asked_grouping(*more: str) -> str:
    """The grouping of the query string, one of the usual or of `more`; raises InvalidInput."""
    by, known = request.args.get("by") or "day", (*GROUPINGS, *more)
    if by not in known:
        raise _invalid("by", f"One of {', '.join(known)}.")
    return by


def asked_days() -> list[str]:
    """Those of the days asked for that are kept, oldest first."""
    today = datetime.now(UTC).toordinal()
    first, last = _day("from"), _day("to")
    last = last or max(today, first or today)
    first = first or last - DEFAULT_DAYS + 1
    if first > last:
        raise _invalid("from", "Later than to.")
    kept = range(max(first, today - KEEP_DAYS + 1), min(last, today) + 1)
    return [date.fromordinal(day).isoformat() for day in kept]


def _day(name: str) -> int | None:
    """A day of the query string, by its number."""
    value = request.args.get(name)
    if not value:
        return None
    try:
        return read_time(value)[0].toordinal()
    except ValueError as error:
        raise _invalid(name, str(error)) from None


def _invalid(name: str, message: str) -> InvalidInput:
    return InvalidInput(f"{name}: {message}", fields={name: [message]})
