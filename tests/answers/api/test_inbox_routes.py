"""The inbox over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from answers.approved import store as approved_store
from answers.inbox.inbox import Inbox
from answers.inbox.item import ANSWER_CHARACTERS, NOT_FOUND
from tests.answers.inbox.items import asked
from tests.fixtures_app import Answer, Service

INBOX = "/inbox/acme"
NOWHERE = {"kind": "none"}


@pytest.fixture
def acme(service: Service) -> Service:
    service.organisation()
    return service


def inbox_of(service: Service) -> Inbox:
    found: Inbox = service.app.extensions[Inbox.NAME]
    return found


def add(service: Service, question: str = "Is it open?", **more: Any) -> str:
    new = asked(question, **{"way": NOWHERE, **more})
    return inbox_of(service).intake.add("acme", new).id


def expert(service: Service, method: str, path: str, body: Any = None) -> Answer:
    return service.request(method, f"{INBOX}{path}", body, token=service.token("acme", "expert"))


def listed(service: Service, query: str = "") -> list[str]:
    answer = service.admin("GET", f"{INBOX}{query}")
    assert answer.status == 200, answer.body
    return [item["id"] for item in answer.json["items"]]


def test_what_waits_is_listed_and_shown(acme: Service) -> None:
    item_id = add(acme, context="She lives far away.", language="hi", flow_name="Clinic")
    page = acme.admin("GET", INBOX).json
    assert page["next_cursor"] is None
    (head,) = page["items"]
    assert "said" not in head
    shown = acme.admin("GET", f"{INBOX}/{item_id}").json
    assert shown == {
        **head,
        "id": item_id,
        "kind": "ask_a_person",
        "status": "open",
        "question": "Is it open?",
        "context": "She lives far away.",
        "contact": "919812345678",
        "name": "Asha",
        "flow": "f1",
        "flow_name": "Clinic",
        "language": "hi",
        "assigned": "",
        "times": 1,
        "delivery": {"kind": "none", "status": "", "error": "", "note": ""},
        "said": [{"who": "contact", "text": "Hello", "at": "2026-01-02T11:59:00Z"}],
    }


def test_an_expert_answers_once(acme: Service) -> None:
    item_id = add(acme)
    asha = acme.token("acme", "expert")
    answered = acme.request("POST", f"{INBOX}/{item_id}/answer", {"answer": " Yes. "}, token=asha)
    assert answered.status == 200, answered.body
    assert (answered.json["status"], answered.json["answer"]) == ("answered", "Yes.")
    again = acme.request("POST", f"{INBOX}/{item_id}/answer", {"answer": "Yes."}, token=asha)
    assert again.json == answered.json
    other = expert(acme, "POST", f"/{item_id}/answer", {"answer": "No."})
    assert other.status == 409
    assert answered.json["by"] in other.error["message"]
    assert listed(acme) == []
    assert listed(acme, "?status=answered,closed") == [item_id]


def test_an_approved_answer_answers_the_next_who_asks(acme: Service) -> None:
    first, second = add(acme), add(acme)
    body: dict[str, Any] = {"answer": "Yes.", "approve": True}
    asha = acme.token("acme", "expert")
    path = f"{INBOX}/{first}/answer"
    approved = acme.request("POST", path, body, token=asha).json["approved"]
    assert acme.request("POST", path, body, token=asha).json["approved"] == approved
    body["as_question"] = "Is the clinic open on Sunday?"
    other = expert(acme, "POST", f"/{second}/answer", body).json["approved"]
    found = {one["id"]: one for one in acme.admin("GET", "/answers/acme").json["answers"]}
    assert set(found) == {approved, other}
    assert (found[approved]["question"], found[approved]["answer"]) == ("Is it open?", "Yes.")
    assert found[other]["question"] == "Is the clinic open on Sunday?"


def test_an_answer_is_sent_where_there_is_no_room_to_approve_it(
    acme: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    item_id = add(acme)
    asha = acme.token("acme", "expert")
    path, body = f"{INBOX}/{item_id}/answer", {"answer": "Yes.", "approve": True}
    with monkeypatch.context() as full:
        full.setattr(approved_store, "MAX_ANSWERS", 0)
        sent = acme.request("POST", path, body, token=asha)
    assert (sent.status, sent.json["status"]) == (200, "answered")
    assert "approved" not in sent.json
    assert "approved answers" in sent.json["not_approved"]
    assert listed(acme, "?status=answered") == [item_id]
    assert acme.request("POST", path, body, token=asha).json["approved"]


def test_a_long_question_is_approved_in_other_words(acme: Service) -> None:
    item_id = add(acme, "x" * 1001)
    body: dict[str, Any] = {"answer": "Yes.", "approve": True}
    refused = expert(acme, "POST", f"/{item_id}/answer", body)
    assert (refused.status, list(refused.error["fields"])) == (400, ["as_question"])
    assert listed(acme) == [item_id]
    body["as_question"] = "Is it open?"
    assert expert(acme, "POST", f"/{item_id}/answer", body).status == 200


@pytest.mark.parametrize(
    ("question", "body", "field"),
    [
        ("Is it open?", {"answer": "\u3164"}, "answer"),
        ("Is it open?", {"answer": "Yes.", "as_question": "\u2800"}, "as_question"),
        ("\u2800", {"answer": "Yes."}, "as_question"),
        ("👍 ?", {"answer": "Yes."}, "as_question"),
    ],
)
def test_what_cannot_be_approved_is_not_sent(
    acme: Service, question: str, body: dict[str, Any], field: str
) -> None:
    item_id = add(acme, question)
    refused = expert(acme, "POST", f"/{item_id}/answer", {**body, "approve": True})
    assert (refused.status, list(refused.error["fields"])) == (400, [field])
    assert listed(acme) == [item_id]


def test_what_is_closed_takes_no_answer(acme: Service) -> None:
    item_id = add(acme)
    closed = expert(acme, "POST", f"/{item_id}/close")
    assert (closed.status, closed.json["status"]) == (200, "closed")
    assert expert(acme, "POST", f"/{item_id}/close").json["ended_by"] == closed.json["ended_by"]
    assert expert(acme, "POST", f"/{item_id}/answer", {"answer": "Yes."}).status == 409
    assert listed(acme, "?status=closed") == [item_id]


def test_who_answers_is_assigned(acme: Service) -> None:
    item_id, other = add(acme), add(acme)
    assert expert(acme, "POST", f"/{item_id}/assign", {"to": "Meera"}).json["assigned"] == "Meera"
    assert listed(acme, "?assigned=Meera") == [item_id]
    assert listed(acme, "?assigned=-") == [other]
    assert expert(acme, "POST", f"/{item_id}/assign", {"to": ""}).json["assigned"] == ""


def test_filters_and_pages(acme: Service) -> None:
    ids = [add(acme, f"Question {number}?") for number in range(52)]
    other = add(acme, contact="91800", flow="f2", kind=NOT_FOUND)
    assert listed(acme, "?contact=91800") == listed(acme, "?flow=f2") == [other]
    assert listed(acme, "?kind=not_found&status=open") == [other]
    page = acme.admin("GET", f"{INBOX}?contact=919812345678&order=oldest").json
    found = [item["id"] for item in page["items"]]
    rest = listed(acme, f"?contact=919812345678&order=oldest&cursor={page['next_cursor']}")
    assert sorted(found + rest) == sorted(ids)
    assert (len(found), len(rest)) == (50, 2)


@pytest.mark.parametrize(
    "query",
    ["status=lost", "kind=letter", "order=best", "cursor=x", "flow=" + "x" * 201, "page=2"],
)
def test_a_wrong_query_is_refused(acme: Service, query: str) -> None:
    refused = acme.admin("GET", f"{INBOX}?{query}")
    assert (refused.status, refused.error["type"]) == (400, "invalid_input")
    assert list(refused.error["fields"]) == [query.partition("=")[0]]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("answer", {}, "answer"),
        ("answer", {"answer": " "}, "answer"),
        ("answer", {"answer": "x" * (ANSWER_CHARACTERS + 1)}, "answer"),
        ("answer", {"answer": "Yes.", "approve": "perhaps"}, "approve"),
        ("answer", {"answer": "Yes.", "as_question": 1}, "as_question"),
        ("assign", {}, "to"),
        ("assign", {"to": "x" * 65}, "to"),
    ],
)
def test_a_wrong_body_is_refused(acme: Service, path: str, body: Any, field: str) -> None:
    refused = expert(acme, "POST", f"/{add(acme)}/{path}", body)
    assert (refused.status, list(refused.error["fields"])) == (400, [field])


def test_what_is_not_there_is_not_found(acme: Service) -> None:
    for method, path, body in (
        ("GET", "/nothing", None),
        ("POST", "/nothing/answer", {"answer": "Yes."}),
        ("POST", "/nothing/close", None),
        ("POST", "/nothing/assign", {"to": "Meera"}),
    ):
        assert expert(acme, method, path, body).status == 404
    assert acme.operator("GET", "/inbox/nobody").status == 404


def test_another_organisations_inbox_is_closed_to_experts(acme: Service) -> None:
    item_id = add(acme)
    acme.organisation(org="other")
    assert acme.admin("GET", f"{INBOX}/{item_id}").status == 403
    assert acme.admin("GET", f"/inbox/other/{item_id}").status == 404
