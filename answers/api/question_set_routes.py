"""HTTP routes of question sets: listed, put, shown and deleted."""

from __future__ import annotations

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
from answers.question_sets.schema import QuestionSetSchema, read_set
from answers.question_sets.store import QuestionSetStore
from answers.question_sets.stored_set import judge_json
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented, page_of
from flowhook.http.if_match import if_match

PAGE_SETS = 100

HEAD = {
    "name": {"type": "string"},
    "target": {"type": "object"},
    "cases": {"type": "integer"},
    "updated_at": {"type": "string", "format": "date-time"},
    "by": {"type": "string"},
}
SET = {
    **HEAD,
    "judge": {"type": "object"},
    "cases": {"type": "array", "items": {"type": "object"}},
    "count": {"type": "integer"},
}


def question_set_routes(
    access: SetAccess, store: QuestionSetStore, functions: Functions
) -> Blueprint:
    """`/question-sets/<org>` and `/question-sets/<org>/<name>`"""
    routes = Blueprint("question_sets", __name__, url_prefix="/question-sets/<org>")

    @routes.get("")
    @documented(query=CURSOR, answer=page_of("question_sets", HEAD))
    def list_question_sets(org: str) -> Response:
        """List the organisation's question sets by name, 100 a page."""
        access.caller(org)
        after = request.args.get("cursor", "")
        heads = [head for head in store.heads(org) if head.name > after]
        shown = heads[:PAGE_SETS]
        cursor = shown[-1].name if len(heads) > len(shown) else None
        return json_answer({"question_sets": [head.shown for head in shown], "next_cursor": cursor})

    @routes.put("/<name>")
    @documented(
        body=QuestionSetSchema,
        status=201,
        answer={"type": "object", "required": list(HEAD), "properties": HEAD},
    )
    def put_question_set(org: str, name: str) -> Response:
        """Create a question set (201) or replace it (200), with all its cases, of up to 8 MiB.

        A case without an id gets one, which the same question keeps when the set is sent again.
        """
        caller = access.caller(org, name)
        asked = read_set(name, read_body())
        if asked.function:
            asked_function(functions, asked.function)
        written = store.put(org, asked, caller.name, if_match())
        return tagged(written.head.shown, written.head.tag, 201 if written.is_new else 200)

    @routes.get("/<name>")
    @documented(answer={"type": "object", "required": list(SET), "properties": SET})
    def show_question_set(org: str, name: str) -> Response:
        """Show a question set with all its cases, as PUT takes it."""
        access.caller(org, name)
        head, asked = store.read(org, name)
        more = {"judge": judge_json(asked.judge), "count": head.count, "cases": listed(asked.cases)}
        return tagged({**head.shown, **more}, head.tag)

    @routes.delete("/<name>")
    @documented()
    def delete_question_set(org: str, name: str) -> Response:
        """Delete a question set; 409 while it is a gate. For 30 days it can be brought back, see
        /trash."""
        caller = access.caller(org, name)
        store.delete(org, name, caller.name, if_match())
        return Response(status=204)

    return routes
