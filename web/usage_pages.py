"""An organisation's usage: charts, the tables behind them, the budget, and CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, render_template

from flowhook.errors import FlowhookError
from flowhook.usage.counters import Row
from flowhook.usage.csv_text import csv_text
from flowhook.usage.report import PROMPT, report
from flowhook.usage.routes import asked_days, asked_grouping, rows_of
from web.charts import Chart, bar_chart
from web.language import N_, _
from web.page_security import organisation
from web.page_services import PageServices

COLUMNS = ("calls", "errors", "input_tokens", "output_tokens", "cost", "unpriced_tokens")
COLUMN_WORDS = {
    "calls": N_("Calls"),
    "errors": N_("Failed"),
    "input_tokens": N_("Tokens in"),
    "output_tokens": N_("Tokens out"),
    "cost": N_("Cost, US$"),
    "unpriced_tokens": N_("Unpriced tokens"),
}
WHAT_WORDS = {
    "function": N_("Function"),
    "model": N_("Model"),
    PROMPT: N_("Saved prompt"),
    "day": N_("Day"),
}
BY_WORDS = {
    "function": N_("By function"),
    "model": N_("By model"),
    PROMPT: N_("By saved prompt"),
    "day": N_("By day"),
}


def usage_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/usage` and `usage.csv`."""
    pages = Blueprint("usage", __name__, url_prefix="/organisations/<org>")

    @pages.get("/usage")
    def show(org: str) -> str | tuple[str, int]:
        """Show calls, errors, tokens and cost by day, model, function and saved prompt."""
        error: FlowhookError | None = None
        days: list[str] = []
        try:
            days = asked_days()
        except FlowhookError as failure:
            error = failure
        rows = services.counters.read(org, days) if days else []
        of_prompts = services.counters.read_prompts(org, days) if days else []
        tables = {
            by: report(of_prompts if by == PROMPT else rows, by, services.prices)
            for by in BY_WORDS
            if by != PROMPT or of_prompts
        }
        text = render_template(
            "web/usage.html",
            charts=charts(days, tables["day"]),
            tables=tables,
            total=total(rows, services),
            days=days,
            budget=budget(services, org),
            error=error,
            columns=COLUMNS,
            column_words=COLUMN_WORDS,
            what_words=WHAT_WORDS,
            by_words=BY_WORDS,
        )
        return (text, error.status) if error else text

    @pages.get("/usage.csv")
    def table(org: str) -> Response:
        """Answer the usage as CSV."""
        by, days = asked_grouping(PROMPT), asked_days()
        lines = report(rows_of(services.counters, org, days, by), by, services.prices)
        name = "-".join(["usage", org, "by", by, *days[:1], *days[-1:]]) + ".csv"
        return Response(
            csv_text([by, *COLUMNS], ([line[by], *map(line.get, COLUMNS)] for line in lines)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    return pages


def charts(days: Iterable[str], lines: Iterable[Mapping[str, Any]]) -> list[Chart]:
    """Charts of calls, tokens and cost by day, including days without calls."""
    known = {line["day"]: line for line in lines}
    found = [(day, known.get(day, {})) for day in days]
    calls = [
        (day, (line.get("calls", 0) - line.get("errors", 0), line.get("errors", 0)))
        for day, line in found
    ]
    tokens = [
        (day, (line.get("input_tokens", 0), line.get("output_tokens", 0))) for day, line in found
    ]
    cost = [(day, (line.get("cost", 0.0),)) for day, line in found]
    return [
        bar_chart("calls", _("Calls a day"), (_("answered"), _("failed")), calls),
        bar_chart("tokens", _("Tokens a day"), (_("in"), _("out")), tokens),
        bar_chart("cost", _("Cost a day, US dollars"), (_("by list prices"),), cost),
    ]


def total(rows: Iterable[Row], services: PageServices) -> dict[str, Any]:
    """The sum of all rows."""
    summed: dict[str, Any] = {}
    for line in report(rows, "day", services.prices):
        for name in COLUMNS:
            if name in line:
                summed[name] = summed.get(name, 0) + line[name]
    return summed


def budget(services: PageServices, org: str) -> dict[str, Any] | None:
    """The month's tokens against the limit; None without one."""
    limit = organisation().section("limits").get("monthly_tokens")
    if not limit:
        return None
    used = services.limiter.tokens_this_month(org)
    return {"limit": limit, "used": used, "share": round(100 * used / limit)}
