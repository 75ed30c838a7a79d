"""HTTP for an organisation's usage."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta

from flask import Blueprint, Response, request

from api.answers import json_answer
from api.documented import documented
from errors import InvalidInput
from records.recorder import BATCH_SECONDS
from settings.edge import Edge
from usage.counters import KEEP_DAYS, UsageCounters
from usage.prices import Prices
from usage.report import GROUPINGS, report

DEFAULT_DAYS = 30
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
NUMBERS = ("calls", "errors", "input_tokens", "output_tokens")
QUERY = {
    "from": f"First day (UTC), for example 2026-11-01; {DEFAULT_DAYS} days up to `to` if absent.",
    "to": f"Last day, included; today if absent. At most {KEEP_DAYS} days after `from`.",
    "by": "What a line adds up: day (default), model or function.",
}
LINE = {
    "type": "object",
    "required": list(NUMBERS),
    "properties": {
        **{name: {"type": ["string", "null"]} for name in GROUPINGS},
        **{name: {"type": "integer"} for name in NUMBERS},
        "cost": {
            "type": "number",
            "description": "US dollars by list prices; absent where no price is known.",
        },
        "unpriced_tokens": {
            "type": "integer",
            "description": "Tokens that cost does not cover; absent where it covers all.",
        },
    },
}
ANSWER = {
    "type": "object",
    "required": ["usage"],
    "properties": {"usage": {"type": "array", "items": LINE}},
}


def usage_routes(edge: Edge, counters: UsageCounters, prices: Prices) -> Blueprint:
    """`GET /usage/<org>`."""
    routes = Blueprint("usage", __name__, url_prefix="/usage")

    @routes.get("/<org>")
    @documented(query=QUERY, answer=ANSWER)
    def show_usage(org: str) -> Response:
        """Show calls, errors, tokens and cost, added up by day, model or function."""
        edge.admin(org)
        by = asked_grouping()
        days = asked_days()
        time.sleep(BATCH_SECONDS)  # calls answered before this one are counted by then
        return json_answer({"usage": report(counters.read(org, days), by, prices)})

    return routes


def asked_grouping() -> str:
    by = request.args.get("by") or "day"
    if by not in GROUPINGS:
        raise _invalid("by", f"One of {', '.join(GROUPINGS)}.")
    return by


def asked_days() -> list[str]:
    """The days asked for, oldest first; at most as many as are kept."""
    last = _day("to") or datetime.now(UTC).date()
    first = _day("from")
    if first is None:
        first = date.fromordinal(max(1, last.toordinal() - DEFAULT_DAYS + 1))
    count = (last - first).days + 1
    if count < 1:
        raise _invalid("from", "Later than to.")
    if count > KEEP_DAYS:
        raise _invalid("from", f"More than {KEEP_DAYS} days before to.")
    return [(first + timedelta(days=offset)).isoformat() for offset in range(count)]


def _day(name: str) -> date | None:
    value = request.args.get(name)
    if not value:
        return None
    try:
        if not DAY.fullmatch(value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise _invalid(name, "Not a day, for example 2026-11-20.") from None


def _invalid(name: str, message: str) -> InvalidInput:
    return InvalidInput(f"{name}: {message}", fields={name: [message]})
