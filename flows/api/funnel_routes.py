"""HTTP route of a flow's funnel."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Blueprint, Response, request

from flowhook.errors import InvalidInput
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented
from flowhook.http.times import read_time
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.section_service import SectionService
from flows.conversations.funnel import (
    ENDINGS,
    STARTED,
    WEEK,
    WEEKS_KEPT,
    read_funnel,
    weeks_between,
)
from flows.library.publishing import newest
from flows.library.store import FlowStore

EARLIEST = date(2020, 1, 1)  # before anything was counted

NUMBERS = {"type": "object", "additionalProperties": {"type": "integer"}}
FUNNEL = {
    "type": "object",
    "required": ["nodes", "weeks"],
    "properties": {
        "nodes": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "node": {"type": "string"},
                    "label": {"type": "string", "description": "Its words; empty: it is gone."},
                    "reached": {"type": "integer"},
                    "left": {**NUMBERS, "description": 'By category; "" has no router.'},
                    "waiting": {"type": "integer", "description": "Contacts there now."},
                    "ended": {**NUMBERS, "description": "By completed, failed, interrupted."},
                    "median_seconds": {
                        "type": ["integer", "null"],
                        "description": "From coming there to the answer, about.",
                    },
                },
            },
        },
        "weeks": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "week": {"type": "string"},
                    "from": {"type": "string"},
                    "to": {"type": "string"},
                    **{key: {"type": "integer"} for key in (STARTED, *ENDINGS.values())},
                },
            },
        },
    },
}


def funnel_routes(auth: AdminAuth, sections: SectionService, store: FlowStore) -> Blueprint:
    """`GET /flows/<org>/<uuid>/funnel`."""
    routes = Blueprint("funnel", __name__, url_prefix="/flows/<org>/<uuid>")

    @routes.get("/funnel")
    @documented(
        query={
            "from": f"The first day (default: all that is kept, {WEEKS_KEPT} weeks).",
            "to": "The last day (default: today). Weeks are counted whole, from Monday, in UTC.",
        },
        answer=FUNNEL,
    )
    def show_funnel(org: str, uuid: str) -> Response:
        """Show how contacts went through a flow: how many reached each node, left it how, ended
        there, and how long they took to answer, over whole weeks."""
        auth.member(org)
        sections.existing(org)
        _, flow = newest(store, org, uuid)
        weeks = asked_weeks(datetime.now(UTC).date())
        return json_answer(read_funnel(store.redis, org, flow, weeks))

    return routes


def asked_weeks(today: date) -> list[date]:
    """The Mondays of the weeks that the query string asks for; raises InvalidInput."""
    last = min(today, max(asked_day("to") or today, EARLIEST))
    first = asked_day("from") or last - WEEK * (WEEKS_KEPT - 1)
    return weeks_between(first, last)


def asked_day(name: str) -> date | None:
    """A day of the query string; raises InvalidInput."""
    text = request.args.get(name)
    if not text:
        return None
    try:
        return read_time(text)[0].date()
    except ValueError as error:
        raise InvalidInput(f"{name}: {error}", fields={name: [str(error)]}) from None
