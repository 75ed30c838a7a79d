"""HTTP for the operator's board: every organisation with its state and what it used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request
from marshmallow import RAISE, Schema, fields, validate

from flowhook.batches import batches
from flowhook.board.board import MAX_TAGS, METRICS, Board, Standing
from flowhook.errors import InvalidInput
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented, page_of
from flowhook.organisations.auth import require_operator
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.http.request_body import read_fields
from flowhook.organisations.kinds import Unpadded, at_most, one_visible_line, text
from flowhook.organisations.section_service import SectionService
from flowhook.timestamps import timestamp_of
from flowhook.turns import in_turns
from flowhook.usage.csv_text import csv_text

PAGE_ENTRIES = 50
TABLE_ENTRIES = 250  # read at once for the CSV file
SORTS = {"failures": "day:failures", "spend": "month:cost", "last_call": "last_call"}
QUERY = {
    "sort": "failures (of 24 hours), spend (of the month) or last_call, the highest first; by id if"
    " absent.",
    "q": "Part of an id, a title or a tag, in any case.",
    "cursor": "The next_cursor of the page before.",
}


OpenAlerts = Callable[[str], list[dict[str, Any]]]
"""The open alerts of an organisation."""


class NameSchema(Schema):
    """How the operator calls an organisation."""

    class Meta:
        unknown = RAISE

    title = text(
        120,
        "A name for people, in any script.",
        validate=[one_visible_line],
        metadata={"example": "आशा NGO"},
    )
    tags = fields.List(
        Unpadded(validate=[validate.Length(1, 40), one_visible_line]),
        allow_none=True,
        validate=at_most(MAX_TAGS),
        metadata={"description": f"Words to find it by, up to {MAX_TAGS}.", "example": ["pilot"]},
    )


def board_routes(
    auth: AdminAuth, sections: SectionService, board: Board, alerts: OpenAlerts
) -> Blueprint:
    """`/organizations`."""
    routes = Blueprint("board", __name__, url_prefix="/organizations")

    @routes.get("")
    @documented(query=QUERY, answer=page_of("organizations", {"id": {"type": "string"}}))
    def list_organisations() -> Response:
        """List organisations with their state and usage, 50 a page; all of them as CSV with
        `Accept: text/csv`."""
        require_operator(auth.caller())
        found = found_organisations(board, sections, asked("q"), asked_sort())
        if request.accept_mimetypes.best == "text/csv":
            return table_of(board, sections, found, alerts)
        start = asked_start()
        page = found[start : start + PAGE_ENTRIES]
        following = str(start + PAGE_ENTRIES) if len(found) > start + PAGE_ENTRIES else None
        listed = [{**one, "alerts": alerts(one["id"])} for one in shown(board, sections, page)]
        return json_answer({"organizations": listed, "next_cursor": following})

    @routes.patch("/<org>")
    @documented(body=NameSchema, answer={"type": "object", "required": ["id", "title", "tags"]})
    def name_organisation(org: str) -> Response:
        """Give an organisation a title and tags."""
        require_operator(auth.caller())
        sections.existing(org)
        given = read_fields(NameSchema())
        (known,) = board.standings([org])
        title = given["title"] or "" if "title" in given else known.title
        tags = given["tags"] if "tags" in given else list(known.tags)
        board.name(org, title, tags)
        return json_answer({"id": org, "title": title, "tags": tags})

    return routes


def found_organisations(board: Board, sections: SectionService, words: str, sort: str) -> list[str]:
    """The ids of the organisations that match, in order."""
    orgs = sections.store.ids()
    if words:
        names, asked_words = board.names(), words.casefold()
        orgs = [org for org in orgs if asked_words in _searched(org, names.get(org, {}))]
    if sort:
        scores = board.scores(SORTS[sort])
        orgs.sort(key=lambda org: -scores.get(org, 0.0))
    return orgs


def _searched(org: str, named: Mapping[str, Any]) -> str:
    return "\n".join((org, named.get("title", ""), *named.get("tags", ()))).casefold()


def shown(board: Board, sections: SectionService, orgs: Sequence[str]) -> list[dict[str, Any]]:
    """The organisations as the board answers them."""
    states = sections.store.key_states(orgs)
    return [_shown(standing, states[standing.id]) for standing in board.standings(orgs)]


def _shown(standing: Standing, key_state: str) -> dict[str, Any]:
    last = timestamp_of(int(standing.last_call * 1000)) if standing.last_call else None
    is_refused = key_state == "active" and standing.key_error
    return {
        "id": standing.id,
        "title": standing.title,
        "tags": list(standing.tags),
        "key_state": standing.key_error if is_refused else key_state,
        "last_call": last,
        "day": dict(standing.day),
        "month": dict(standing.month),
    }


def table_of(
    board: Board, sections: SectionService, orgs: Sequence[str], alerts: OpenAlerts
) -> Response:
    """The organisations as CSV, a column for each metric of 24 hours and of the month."""
    listed = (
        one
        for some in in_turns(batches(orgs, TABLE_ENTRIES))
        for one in shown(board, sections, some)
    )
    columns = [f"{metric}_{span}" for span in ("day", "month") for metric in METRICS]
    head = ["id", "title", "tags", "key_state", "last_call", *columns, "alerts"]
    rows = [
        [
            one["id"],
            one["title"],
            " ".join(one["tags"]),
            one["key_state"],
            one["last_call"],
            *(one[span][metric] for span in ("day", "month") for metric in METRICS),
            " ".join(alert["event"] for alert in alerts(one["id"])),
        ]
        for one in listed
    ]
    answer = Response(csv_text(head, rows), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename="organizations.csv")
    return answer


def asked(name: str) -> str:
    return request.args.get(name, "").strip()[:120]


def asked_sort() -> str:
    sort = asked("sort")
    if sort and sort not in SORTS:
        message = f"One of {', '.join(SORTS)}."
        raise InvalidInput(f"sort: {message}", fields={"sort": [message]})
    return sort


def asked_start() -> int:
    cursor = asked("cursor")
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 8):
        raise InvalidInput("cursor is not one that this call gave")
    return int(cursor or 0)
