"""An organisation's log: a live list, one call in full, and running it again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request

from answers.guardrails.masking.placeholders import AS_MADE
from answers.question_sets.question_set import NAME
from answers.question_sets.runs.store import RUN_ID
from flowhook.errors import FlowhookError, NotFound
from flowhook.http.answers import json_answer
from flowhook.organisations.guardrail_schemas import POLICIES
from flowhook.records.log import FAILED
from flowhook.records.routes import asked_cursor
from flowhook.strict_json import read_json
from web.explanations import explanations
from web.field_labels import label_of
from web.fitting_sets import sets_for
from web.form_values import pretty
from web.log_rows import LogRows, as_csv, failure_of, preview
from web.page_security import organisation
from web.page_services import PageServices
from web.trying import TrialResult, call
from web.waiting_items import item_of_call
from webhooks.registry import WebhookFunction

PAGE_ENTRIES = 50
SCANNED = 1_000  # entries read for one page: rare matches may be spread over several
FILTERS = (
    *("q", "status", "function", "contact", "flow", "prompt", "guardrail", "request_id"),
    *("from", "to"),
)
TABLE_ENTRIES = 1_000  # of a CSV file


def log_pages(services: PageServices) -> Blueprint:
    """`/organisations/<org>/logs`."""
    pages = Blueprint("logs", __name__, url_prefix="/organisations/<org>/logs")
    log, functions, calls = services.log, services.dispatcher.functions, LogRows(services)

    @pages.get("")
    def index(org: str) -> str | tuple[str, int]:
        """List calls, newest first."""
        asked = {name: request.args.get(name, "") for name in FILTERS}
        error: FlowhookError | None = None
        page: dict[str, Any] = {"logs": [], "next_cursor": None}
        try:
            wanted, cursor = calls.wanted(org), asked_cursor()
            page = log.page(org, wanted, cursor, PAGE_ENTRIES, scan=SCANNED, whole=True)
        except FlowhookError as failure:
            error = failure
        text = render_template(
            "web/logs.html",
            logs=calls.rows(org, page["logs"]),
            next_cursor=page["next_cursor"],
            asked={name: value for name, value in asked.items() if value},
            older=bool(request.args.get("cursor")),
            live=not error and not request.args.get("cursor"),
            error=error,
            statuses=["ok", FAILED, *sorted(explanations())],
            functions=functions.names(),
            guardrails={policy: label_of(policy) for policy in POLICIES},
            preview=preview,
        )
        return (text, error.status) if error else text

    _add_rows(pages, services)
    _add_entry(pages, services)
    return pages


def _add_rows(pages: Blueprint, services: PageServices) -> None:
    """The rows of the list as CSV, and those that are new."""
    log, calls = services.log, LogRows(services)

    @pages.get("/all.csv")
    def table(org: str) -> Response:
        """The newest calls of the filter as CSV."""
        page = log.page(org, calls.wanted(org), "", TABLE_ENTRIES, whole=True)
        answer = Response(as_csv(calls.rows(org, page["logs"])), mimetype="text/csv")
        answer.headers.set("Content-Disposition", "attachment", filename=f"calls-{org}.csv")
        return answer

    @pages.get("/newer")
    def newer(org: str) -> Response:
        """Answer the rows newer than the entry `after`, for the live list.

        `next_cursor` says that there are more than fit on a page.
        """
        after = asked_cursor("after")
        wanted = calls.wanted(org)
        page = log.page(org, wanted, "", PAGE_ENTRIES, after=after, scan=SCANNED, whole=True)
        logs = calls.rows(org, page["logs"])
        rows = render_template("web/log_rows.html", logs=logs, preview=preview)
        newest = page["logs"][0]["id"] if page["logs"] else after
        count, cursor = len(page["logs"]), page["next_cursor"]
        return json_answer({"rows": rows, "newest": newest, "count": count, "next_cursor": cursor})


def _add_entry(pages: Blueprint, services: PageServices) -> None:
    """The page of one call, and running it again."""
    log, functions, calls = services.log, services.dispatcher.functions, LogRows(services)

    @pages.get("/<entry_id>")
    def show(org: str, entry_id: str) -> str:
        """Show one call in full, secrets redacted."""
        return shown(log.get(org, entry_id))

    @pages.post("/<entry_id>")
    def again(org: str, entry_id: str) -> str | tuple[str, int]:
        """Run the function again with the edited body."""
        entry = log.get(org, entry_id)
        typed = request.form.get("body", "")
        try:
            body = read_json(typed.encode())
        except FlowhookError as error:
            return shown(entry, typed, error=error), error.status
        function, has_contact = find(entry["function"]), bool(entry["contact"])
        outcome = call(services, function, body, needs_consent=has_contact)
        return shown(entry, typed, outcome=outcome)

    def shown(
        entry: dict[str, Any],
        typed: str | None = None,
        *,
        outcome: TrialResult | None = None,
        error: FlowhookError | None = None,
    ) -> str:
        return render_template(
            "web/log.html",
            entry=entry,
            rule=label_of(entry["guardrail"]) if entry.get("guardrail") else "",
            why=failure_of(entry),
            request_json=pretty(entry["request"]),
            response_json=pretty(entry["response"]),
            body=pretty(entry["request"]) if typed is None else typed,
            row=calls.rows(organisation().id, [entry])[0],
            is_whole=isinstance(entry["request"], dict),
            is_masked=AS_MADE.search(pretty(entry["request"])) is not None,
            runnable=functions.find(entry["function"]) is not None,
            outcome=outcome,
            error=error,
            came_from=asked_run(),
            inbox_item=item_of_call(services, organisation().id, entry),
            sets=sets_for(services, organisation().id, function=entry["function"]),
        )

    def find(name: str) -> WebhookFunction:
        function = functions.find(name)
        if function is None:
            raise NotFound("this function no longer exists", fix="Choose one from the catalogue.")
        return function


def asked_run() -> dict[str, str] | None:
    """The run of a question set from which somebody came to a call."""
    name, run_id = request.args.get("set", ""), request.args.get("run", "")
    is_known = NAME.fullmatch(name) and RUN_ID.fullmatch(run_id)
    return {"name": name, "run_id": run_id} if is_known else None
