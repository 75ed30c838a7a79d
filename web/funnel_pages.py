"""A flow's funnel: how many contacts reached each node, how they left it, and how soon."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template

from flowhook.errors import FlowhookError
from flows.api.funnel_routes import asked_weeks
from flows.conversations.funnel import read_funnel
from flows.library.publishing import newest
from web.language import N_
from web.page_services import PageServices

ENDINGS = {
    "completed": N_("completed"),
    "failed": N_("failed"),
    "interrupted": N_("ended by another flow"),
}


def funnel_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/flows/<uuid>/funnel`."""
    pages = Blueprint("funnel", __name__, url_prefix="/organisations/<org>/flows/<uuid>/funnel")
    store = services.conversations.flows

    @pages.get("")
    def show(org: str, uuid: str) -> str | tuple[str, int]:
        """Show how contacts went through a flow."""
        entry, flow = newest(store, org, uuid)
        error: FlowhookError | None = None
        found: dict[str, Any] = {"nodes": [], "weeks": []}
        try:
            found = read_funnel(store.redis, org, flow, asked_weeks(datetime.now(UTC).date()))
        except FlowhookError as failure:
            error = failure
        text = render_template(
            "web/funnel.html",
            entry=entry.shown,
            nodes=found["nodes"],
            weeks=found["weeks"],
            most=max((one["reached"] for one in found["nodes"]), default=0),
            endings=ENDINGS,
            error=error,
        )
        return (text, error.status) if error else text

    return pages
