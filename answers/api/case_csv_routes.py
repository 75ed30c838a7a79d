"""HTTP routes that take a question set's cases as CSV, and give them."""

from __future__ import annotations

from flask import Blueprint, Response

from answers.api.csv_files import file_answer, imported, read_file, takes_csv
from answers.api.question_set_answers import SetAccess
from answers.question_sets.cases_in_csv import read_cases
from answers.question_sets.csv_of_cases import cases_csv
from answers.question_sets.store import QuestionSetStore
from answers.question_sets.stored_set import set_of
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented

EXAMPLE = takes_csv(
    "question, answer, and a column for each check that is wanted",
    "question,answer,contains\nWhen do I sow wheat?,In November.,November\n",
)


def case_csv_routes(access: SetAccess, store: QuestionSetStore) -> Blueprint:
    """`/question-sets/<org>/<name>/import` and `/export`"""
    url = "/question-sets/<org>/<name>"
    routes = Blueprint("question_csv", __name__, url_prefix=url)

    @routes.post("/import")
    @documented(takes=EXAMPLE, answer=imported("cases"))
    def import_cases(org: str, name: str) -> Response:
        """Import cases from CSV (text/csv), all or none, of up to 8 MiB.

        A row takes the place of the case with its id, or without an id of the one with the same
        question; others are added, and none is deleted. For what the file has no column, a case
        keeps what it has. What cannot be read is named by row and column.
        """
        caller = access.caller(org, name)
        is_flow = bool(set_of(store.head(org, name)).flow)
        read = read_cases(read_file(), is_flow=is_flow)
        written = store.edit_cases(org, name, read.into, caller.name)
        replaced = len(read.cases) - written.added
        told = {"added": written.added, "replaced": replaced, "cases": written.head.count}
        return json_answer(told)

    @routes.get("/export")
    @documented(content="text/csv", answer={"type": "string"})
    def export_cases(org: str, name: str) -> Response:
        """Export a question set's cases as CSV, which import takes back."""
        access.caller(org, name)
        return file_answer(cases_csv(store.get(org, name).cases), f"{name}.csv")

    return routes
