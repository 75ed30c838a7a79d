"""HTTP routes of approved answers: added, listed, shown, replaced and deleted."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from answers.api.approved_answers import (
    ANSWER,
    FILTERS,
    AnswerAccess,
    asked_filter,
    shown_answer,
)
from answers.approved.approved import Approved, today_of
from answers.approved.counts import Count
from answers.approved.schema import ApprovedAnswerSchema, values_of
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented, page_of
from flowhook.http.if_match import if_match
from flowhook.organisations.http.request_body import read_fields
from flowhook.records.recorder import WRITTEN_SECONDS

PAGE_ANSWERS = 100
CURSOR = "The next_cursor of the page before."
ANSWER_ID = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}


def approved_routes(access: AnswerAccess, approved: Approved) -> Blueprint:
    """`/answers/<org>` and `/answers/<org>/<id>`"""
    routes = Blueprint("answers", __name__, url_prefix="/answers/<org>")
    store, counts = approved.store, approved.counts

    @routes.get("")
    @documented(query={**FILTERS, "cursor": CURSOR}, answer=page_of("answers", ANSWER))
    def list_answers(org: str) -> Response:
        """List approved answers, the newest first, 100 a page, each with how often it was given."""
        _, organisation = access.caller(org)
        wanted, today = asked_filter(), today_of(organisation, approved.clock())
        time.sleep(WRITTEN_SECONDS)
        counted = counts.all(org)
        after = request.args.get("cursor", "")
        answers = [one for one in store.all(org) if one.id > after]
        found = list(wanted.among(answers, counted, today))
        shown = found[:PAGE_ANSWERS]
        cursor = shown[-1].id if len(found) > len(shown) else None
        rows = [shown_answer(one, counted.get(one.id, Count()), today) for one in shown]
        return json_answer({"answers": rows, "next_cursor": cursor})

    @routes.post("")
    @documented(body=ApprovedAnswerSchema, status=201, answer=ANSWER_ID)
    def add_answer(org: str) -> Response:
        """Approve an answer: from now on it is given to who asks this."""
        caller, organisation = access.caller(org)
        values = values_of(read_fields(ApprovedAnswerSchema()))
        answer = approved.add(organisation, values, caller.name)
        access.sections.changed(org)
        return tagged({"id": answer.id}, answer.tag, 201)

    @routes.get("/<answer_id>")
    @documented(answer={"type": "object", "required": list(ANSWER), "properties": ANSWER})
    def show_answer(org: str, answer_id: str) -> Response:
        """Show an approved answer, with how often it was given."""
        _, organisation = access.caller(org)
        answer = store.get(org, answer_id)
        today = today_of(organisation, approved.clock())
        time.sleep(WRITTEN_SECONDS)
        return tagged(shown_answer(answer, counts.of(org, answer_id), today), answer.tag)

    @routes.put("/<answer_id>")
    @documented(body=ApprovedAnswerSchema, answer=ANSWER_ID)
    def put_answer(org: str, answer_id: str) -> Response:
        """Replace an approved answer."""
        caller, _ = access.caller(org)
        values = values_of(read_fields(ApprovedAnswerSchema()))
        answer = store.put(org, answer_id, values, caller.name, if_match())
        access.sections.changed(org)
        return tagged({"id": answer_id}, answer.tag)

    @routes.delete("/<answer_id>")
    @documented()
    def delete_answer(org: str, answer_id: str) -> Response:
        """Delete an approved answer: within a second nobody gets it any more."""
        caller, _ = access.caller(org)
        store.delete(org, answer_id, caller.name, if_match())
        access.sections.changed(org)
        return Response(status=204)

    return routes


def tagged(body: Mapping[str, Any], tag: str, status: int = 200) -> Response:
    answer = json_answer(body, status)
    answer.headers["ETag"] = f'"{tag}"'
    return answer
