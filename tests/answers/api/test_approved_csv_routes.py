"""Approved answers as CSV over HTTP, in and out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.answers.api.test_approved_routes import FEES, PATH, acme, add, ask, listed
from tests.fixtures_app import Answer, Service

__all__ = ["acme"]


def send(service: Service, raw: bytes, media_type: str = "text/csv") -> Answer:
    headers = {"Content-Type": media_type}
    return service.admin("POST", f"{PATH}/import", raw=raw, headers=headers)


def texts(service: Service) -> list[dict[str, Any]]:
    """What people wrote of each answer, in the order of the list."""
    answers = service.admin("GET", PATH).json["answers"]
    names = ("question", "also", "answer", "language", "until")
    return [{name: one[name] for name in names} for one in answers]


def test_rows_become_answers_in_their_order(acme: Service) -> None:
    text = 'Question;Answer;Also;Language\r\n"कब?";"आज";"kab\naaj?";Hindi\r\nWhy?;So.;;\r\n'
    imported = send(acme, text.encode("utf-8-sig"), "application/vnd.ms-excel")
    assert imported.json == {"added": 2, "replaced": 0, "answers": 2}
    none = {"also": [], "language": "", "until": ""}
    assert texts(acme) == [
        {**none, "question": "कब?", "also": ["kab", "aaj?"], "answer": "आज", "language": "hi"},
        {**none, "question": "Why?", "answer": "So."},
    ]
    assert ask(acme, "why").json["parsed_msg"] == "So."


def test_the_same_question_keeps_its_answer_in_place(acme: Service) -> None:
    answer_id = add(acme, until="2099-01-01", language="en")
    again = f"question,answer\n{FEES['question']},On the sixth.\nHow?,Thus.\n".encode()
    assert send(acme, again).json == {"added": 1, "replaced": 1, "answers": 2}
    assert send(acme, again).json == {"added": 0, "replaced": 2, "answers": 2}
    shown = acme.admin("GET", f"{PATH}/{answer_id}").json
    assert (shown["answer"], shown["until"]) == ("On the sixth.", "2099-01-01")
    assert shown["also"] == FEES["also"]
    by_id = f"id,question,answer\n{answer_id},When?,Now.\ngone,Who?,I.\n".encode()
    assert send(acme, by_id).json == {"added": 1, "replaced": 1, "answers": 3}
    assert acme.admin("GET", f"{PATH}/{answer_id}").json["question"] == "When?"
    other = f"question,answer,language\n{FEES['question']},पाँच,hi\n".encode()
    assert send(acme, other).json["added"] == 1


def test_what_is_exported_comes_in_as_the_same_and_is_no_formula(acme: Service) -> None:
    add(acme, question="=1+1?", also=["+91 is what?", "@home?"], answer="-2", until="2099-12-31")
    add(acme, language="hi")
    exported = acme.admin("GET", f"{PATH}/export")
    assert exported.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert exported.headers["Content-Disposition"] == "attachment; filename=answers.csv"
    assert b"'=1+1?" in exported.body
    before = texts(acme)
    assert send(acme, exported.body).json == {"added": 0, "replaced": 2, "answers": 2}
    for one in listed(acme):
        acme.admin("DELETE", f"{PATH}/{one}")
    assert send(acme, exported.body).json == {"added": 2, "replaced": 0, "answers": 2}
    assert texts(acme) == before


@pytest.mark.parametrize(
    ("raw", "places"),
    [
        (b"question,answer,until\nWhy?,So.,soon\nHow?,,\n", ["row 2, until", "row 3, answer"]),
        (b"question,answer,language\nWhy?,So.,Klingon\n", ["row 2, language"]),
        (b"id,question,answer\nx,Why?,So.\nx,How?,So.\n", ["row 3, id"]),
        (b"question,answer,also\nWhy?,So.,\xe2\x80\x8b\n", ["row 2, also"]),
        (b"question,answer\nWhy?,So.,more\n", ["row 2, column 3"]),
        (b"question,answer,colour\nWhy?,So.,red\n", ["colour"]),
        (b"question\nWhy?\n", ["answer"]),
        (b"question,question,answer\nWhy?,Why?,So\n", ["question"]),
    ],
)
def test_with_one_fault_nothing_is_stored(acme: Service, raw: bytes, places: list[str]) -> None:
    refused = send(acme, raw)
    assert (refused.status, list(refused.error["fields"])) == (400, places)
    assert listed(acme) == []


def test_questions_whose_letters_are_lost_are_refused(acme: Service) -> None:
    refused = send(acme, b"question,answer\n?????? ?? ??,So.\n???? ?,So.\nWhy?,So.\n")
    assert refused.status == 400
    assert "the letters of this file are lost: 2 questions are ???" in refused.error["message"]
    assert listed(acme) == []


def test_other_files_are_refused(acme: Service) -> None:
    assert send(acme, b"{}", "application/json").status == 415
    assert send(acme, b"", "text/csv").status == 400
    assert send(acme, b"\xff\xfe\x00" * 50).status == 400


def test_thousands_of_answers(acme: Service) -> None:
    rows = "".join(f"What is number {number}?,{number}.\n" for number in range(2_000))
    assert send(acme, f"question,answer\n{rows}".encode()).json["answers"] == 2_000
    assert ask(acme, "what is number 1234").json["parsed_msg"] == "1234."
    assert ask(acme, "what is number 2001").json["source"] == "model"
