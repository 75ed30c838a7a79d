"""HTTP routes that take approved answers as CSV, and give them."""

from __future__ import annotations

from flask import Blueprint, Response

from answers.api.approved_answers import AnswerAccess
from answers.api.csv_files import file_answer, imported, read_file, takes_csv
from answers.approved.answers_in_csv import read_answers
from answers.approved.approved import Approved
from answers.approved.csv_of_answers import answers_csv
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented

EXAMPLE = takes_csv(
    "question, answer, and where wanted also (a question a line), language, until and id",
    "question,answer,until\nWhen are fees due?,On the fifth.,2027-03-31\n",
)


def approved_csv_routes(access: AnswerAccess, approved: Approved) -> Blueprint:
    """`/answers/<org>/import` and `/export`"""
    routes = Blueprint("answers_csv", __name__, url_prefix="/answers/<org>")

    @routes.post("/import")
    @documented(takes=EXAMPLE, answer=imported("answers"))
    def import_answers(org: str) -> Response:
        """Import approved answers from CSV (text/csv), all or none, of up to 8 MiB.

        A row takes the place of the answer with its id, or without an id of the one to the same
        question; others are added, and none is deleted. For what the file has no column, an answer
        keeps what it has. What cannot be read is named by row and column.
        """
        caller, _ = access.caller(org)
        read = read_answers(read_file())
        edited = approved.store.edit(org, read.into, caller.name)
        access.sections.changed(org)
        replaced = len(read.answers) - edited.added
        return json_answer({"added": edited.added, "replaced": replaced, "answers": edited.count})

    @routes.get("/export")
    @documented(content="text/csv", answer={"type": "string"})
    def export_answers(org: str) -> Response:
        """Export all approved answers as CSV, which import takes back."""
        access.caller(org)
        return file_answer(answers_csv(approved.store.all(org)), "answers.csv")

    return routes
