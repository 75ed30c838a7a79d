"""HTTP routes of a question set's cases: one by one, also out of the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from answers.api.question_set_answers import (
    CURSOR,
    Functions,
    SetAccess,
    asked_function,
    listed,
    read_body,
    tagged,
)
from answers.question_sets.case_of_log import case_of_log
from answers.question_sets.schema import CaseSchema, read_case
from answers.question_sets.store import QuestionSetStore
from answers.question_sets.stored_set import case_json, case_tag, set_of
from flowhook.errors import InvalidInput
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented, page_of
from flowhook.http.if_match import if_match
from flowhook.records.log import LogStore

PAGE_CASES = 100
LOG_ID = "log_id"
MAX_NAMED = 20
CASE_ID = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}


def case_routes(
    access: SetAccess, store: QuestionSetStore, log: LogStore, functions: Functions
) -> Blueprint:
    """`/question-sets/<org>/<name>/cases...`"""
    url = "/question-sets/<org>/<name>/cases"
    routes = Blueprint("question_cases", __name__, url_prefix=url)

    @routes.get("")
    @documented(query=CURSOR, answer=page_of("cases", {"id": {"type": "string"}}))
    def list_cases(org: str, name: str) -> Response:
        """List a question set's cases in their order, 100 a page."""
        access.caller(org, name)
        page = store.page(org, name, asked_place(), PAGE_CASES)
        cursor = None if page.next is None else str(page.next)
        return json_answer({"cases": listed(page.cases), "next_cursor": cursor})

    @routes.post("")
    @documented(body=CaseSchema, status=201, answer=CASE_ID)
    def add_case(org: str, name: str) -> Response:
        """Add a case; or with {"log_id"} instead, one of that call in the log.

        Such a case has the contact's words, and the call's fields that the set's target does not
        have; what is about the contact is left out, and what was answered is its reference.
        """
        caller = access.caller(org, name)
        body = read_body()
        asked = set_of(store.head(org, name))
        contact = ""
        if LOG_ID in body:
            entry = log.get(org, read_log_id(body))
            contact = entry["contact"]
            body = case_of_log(entry, asked, lambda one: asked_function(functions, one))
        case = read_case(body, is_flow=bool(asked.flow))
        case_id = store.add_case(org, name, case, caller.name, contact)
        return json_answer({"id": case_id}, 201)

    @routes.get("/<case_id>")
    @documented()
    def show_case(org: str, name: str, case_id: str) -> Response:
        """Show a case."""
        access.caller(org, name)
        case = store.case(org, name, case_id)
        return tagged(case_json(case), case_tag(case))

    @routes.put("/<case_id>")
    @documented(body=CaseSchema, status=201, answer=CASE_ID)
    def put_case(org: str, name: str, case_id: str) -> Response:
        """Replace a case (200), or add one with this id (201).

        If-Match takes the case's ETag, or the whole set's.
        """
        caller = access.caller(org, name)
        body = read_body()
        if body.get("id", case_id) != case_id:
            raise InvalidInput(
                "the case's id is not the one in the address", fields={"id": ["Leave it out."]}
            )
        is_flow = bool(set_of(store.head(org, name)).flow)
        case = read_case({**body, "id": case_id}, is_flow=is_flow)
        written = store.put_case(org, name, case, caller.name, if_match())
        return tagged({"id": case_id}, written.case_tag, 201 if written.is_new else 200)

    @routes.delete("/<case_id>")
    @documented()
    def delete_case(org: str, name: str, case_id: str) -> Response:
        """Delete a case."""
        caller = access.caller(org, name)
        store.delete_case(org, name, case_id, caller.name, if_match())
        return Response(status=204)

    return routes


def read_log_id(body: Mapping[str, Any]) -> str:
    """The id of a log entry in a body that has nothing else. Raises InvalidInput."""
    others = sorted(str(name)[:64] for name in body if name != LOG_ID)[:MAX_NAMED]
    if others or not isinstance(body[LOG_ID], str):
        fields = {name: ["Not beside log_id."] for name in others} or {LOG_ID: ["Not a text."]}
        raise InvalidInput("log_id is the id of a log entry, and stands alone", fields=fields)
    return str(body[LOG_ID])


def asked_place() -> int:
    """The place in the query's cursor. Raises InvalidInput."""
    cursor = request.args.get("cursor", "0")
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        message = "Not a cursor that this call gave."
        raise InvalidInput(f"cursor: {message}", fields={"cursor": [message]})
    return int(cursor)
