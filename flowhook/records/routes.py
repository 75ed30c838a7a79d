"""HTTP for the organisation's log: filtered pages, and one call in full."""

from __future__ import annotations

import re
import time

from flask import Blueprint, Response, request

from flowhook.errors import InvalidInput, error_classes
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented, page_of
from flowhook.http.times import milliseconds, read_time
from flowhook.organisations.contact_names import MAX_CONTACT
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.section_service import SectionService
from flowhook.records.log import FAILED, ID_PATTERN, PAGE_ENTRIES, LogFilter, LogStore
from flowhook.records.recorder import WRITTEN_SECONDS

MAX_FILTER = MAX_CONTACT  # nothing that is filtered by is longer
HTTP_STATUS = re.compile(r"[1-5][0-9]{2}")
QUERY = {
    "status": "ok, failed (all that are not ok), an error type, or an HTTP status.",
    "function": "A webhook function's name.",
    "contact": "The builder's id of a contact.",
    "flow": "The builder's id of a flow.",
    "called_by": "The function whose model made the call, or question_set: calls of runs are shown"
    " only then, or by their request_id.",
    "prompt": "A saved prompt's name, or one version of it: farmer_help@3.",
    "guardrail": "The rule that spoke: banned, moderation, topics, self_harm or minors.",
    "request_id": "The request_id of an answer.",
    "q": "Words that stand in a text of the request or the answer; a page looks at 500 calls.",
    "from": "From this time on: a day, ISO 8601 (UTC where it names no zone), or seconds or"
    " milliseconds of the epoch.",
    "to": "Up to this time; the day, minute or second that it names is included.",
    "cursor": "The next_cursor of the page before.",
}


def log_routes(auth: AdminAuth, sections: SectionService, log: LogStore) -> Blueprint:
    """`GET /logs/<org>` and `GET /logs/<org>/<id>`."""
    routes = Blueprint("logs", __name__, url_prefix="/logs")

    @routes.get("/<org>")
    @documented(query=QUERY, answer=page_of("logs", {"id": {"type": "string"}}))
    def list_logs(org: str) -> Response:
        """List webhook calls, newest first."""
        auth.member(org)
        sections.existing(org)
        wanted, cursor = asked_filter(), asked_cursor()
        time.sleep(WRITTEN_SECONDS)
        page = log.page(org, wanted, cursor, PAGE_ENTRIES)
        # Each process writes at its own pace, so neighbouring entries may be out of order.
        page["logs"].sort(key=lambda entry: str(entry["time"]), reverse=True)
        return json_answer(page)

    @routes.get("/<org>/<entry_id>")
    @documented()
    def show_log(org: str, entry_id: str) -> Response:
        """Show one webhook call in full, secrets redacted."""
        auth.member(org)
        return json_answer(log.get(org, entry_id))

    return routes


def asked_filter() -> LogFilter:
    """The filter of the query string; raises InvalidInput."""
    return LogFilter(
        status=_status(),
        function=_text("function"),
        contact=_text("contact"),
        flow=_text("flow"),
        called_by=_text("called_by"),
        prompt=_text("prompt"),
        guardrail=_text("guardrail"),
        request_id=_text("request_id"),
        words=_text("q"),
        since=_milliseconds("from"),
        until=_milliseconds("to", last=True),
    )


def asked_cursor(name: str = "cursor") -> str:
    """The entry id in the query string, or ""; raises InvalidInput."""
    cursor = request.args.get(name, "")
    if cursor and not ID_PATTERN.fullmatch(cursor):
        raise _invalid(name, "Not a cursor that this call gave.")
    return cursor


def _text(name: str) -> str | None:
    value = request.args.get(name) or None
    if value is not None and len(value) > MAX_FILTER:
        raise _invalid(name, f"At most {MAX_FILTER} characters.")
    return value


def _status() -> str | None:
    value = _text("status")
    known = ["ok", FAILED, *sorted({error.type for error in error_classes()})]
    if value is not None and value not in known and not HTTP_STATUS.fullmatch(value):
        raise _invalid("status", f"An HTTP status, or one of {', '.join(known)}.")
    return value


def _milliseconds(name: str, last: bool = False) -> int | None:
    """The first or last millisecond of a time of the query string, since the epoch."""
    value = _text(name)
    if value is None:
        return None
    try:
        first_moment, last_moment = read_time(value)
    except ValueError as error:
        raise _invalid(name, str(error)) from None
    return max(0, milliseconds(last_moment if last else first_moment))


def _invalid(name: str, message: str) -> InvalidInput:
    return InvalidInput(f"{name}: {message}", fields={name: [message]})
