"""A flow that asks a person parks until the answer is there, and goes on with it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from answers.inbox.inbox import Inbox
from answers.inbox.item import InboxItem
from answers.inbox.listing import InboxFilter
from flowhook.organisations.inbox_schema import PAUSE_MESSAGES
from service.webhook_calls import PERSON_SECONDS
from tests.fixtures_app import Service
from tests.fixtures_jobs import JobsService
from tests.flows.talking import publish, say
from tests.waiting import wait_for

HOOK = {
    "url": "ask_a_person",
    "result_name": "nurse",
    "body": json.dumps({"question_text": "@results.said", "wait_seconds": 60}),
}
FLOW = {
    "uuid": "nurse",
    "name": "Nurse",
    "keywords": ["nurse"],
    "nodes": [
        {"id": "what", "send": "What is it?", "to": "wait"},
        {"id": "wait", "wait": {"result": "said"}, "else": "ask"},
        {"id": "ask", "webhook": HOOK, "success": "yes", "failure": "no"},
        {"id": "yes", "send": "The nurse says: @results.nurse.response"},
        {"id": "no", "send": "Nobody could answer."},
    ],
}


@pytest.fixture
def acme(jobs: JobsService) -> Service:
    jobs.service.organisation()
    publish(jobs.service, FLOW)
    return jobs.service


def waiting(service: Service) -> InboxItem:
    inbox: Inbox = service.app.extensions[Inbox.NAME]
    (item,) = inbox.list.page("acme", InboxFilter()).items
    return item


def said(service: Service, contact: str = "7") -> list[str]:
    shown = service.admin("GET", f"/conversations/acme/{contact}").json
    return [one["text"] for one in shown["transcript"] if one.get("direction") == "out"]


def asked(service: Service) -> InboxItem:
    say(service, {"text": "nurse", "contact": {"name": "Asha"}})
    assert say(service, "May I eat papaya?").json["messages"] == []
    return waiting(service)


def test_the_flow_goes_on_with_the_persons_answer(acme: Service) -> None:
    item = asked(acme)
    assert (item.asked.question, item.asked.name) == ("May I eat papaya?", "Asha")
    assert (item.asked.contact, item.asked.flow, item.asked.language) == ("7", "nurse", "en")
    assert [one.text for one in item.asked.said] == ["nurse", "What is it?"]
    due = acme.admin("GET", "/conversations/acme/7").json["wakeup_at"]
    assert due
    answer: dict[str, Any] = {"answer": "Yes, when it is ripe."}
    assert acme.admin("POST", f"/inbox/acme/{item.id}/answer", answer).status == 200
    wanted = "The nurse says: Yes, when it is ripe."
    wait_for(lambda: said(acme)[-1] == wanted, "the answer in the conversation")
    assert PERSON_SECONDS > 7 * 86_400


def test_what_the_flow_says_then_comes_with_the_next_answer_of_the_api(acme: Service) -> None:
    item = asked(acme)
    acme.admin("POST", f"/inbox/acme/{item.id}/answer", {"answer": "Yes."})
    wait_for(lambda: said(acme)[-1] == "The nurse says: Yes.", "the answer in the conversation")
    again = say(acme, "nurse").json["messages"]
    assert [one["text"] for one in again] == ["The nurse says: Yes.", "What is it?"]
    assert said(acme).count("The nurse says: Yes.") == 1
    assert say(acme, "Is rice good?").json["messages"] == []


def test_the_flow_goes_on_where_nobody_answers(acme: Service) -> None:
    item = asked(acme)
    acme.admin("POST", f"/inbox/acme/{item.id}/close")
    wait_for(lambda: said(acme)[-1] == "Nobody could answer.", "the other branch")


def test_a_flow_that_has_gone_on_gets_no_answer_but_the_contact_does(acme: Service) -> None:
    item = asked(acme)
    publish(acme, {"uuid": "other", "keywords": ["other"], "nodes": [{"id": "o", "send": "Other"}]})
    say(acme, "other")
    path = f"/inbox/acme/{item.id}/answer"
    assert acme.admin("POST", path, {"answer": "Yes, when it is ripe."}).status == 200
    wait_for(lambda: said(acme)[-1] == "Yes, when it is ripe.", "the answer in the conversation")
    answer = say(acme, "Thanks").json
    assert [one["text"] for one in answer["messages"]] == ["Yes, when it is ripe."]


def test_what_the_contact_writes_meanwhile_is_in_the_inbox(acme: Service) -> None:
    item = asked(acme)
    told = say(acme, "It is green").json["messages"]
    assert [one["text"] for one in told] == [PAUSE_MESSAGES["en"]]
    assert say(acme, "Please").json["messages"] == []
    shown = acme.admin("GET", f"/inbox/acme/{item.id}").json["said"]
    assert [one["text"] for one in shown[2:]] == ["It is green", "Please"]


@pytest.mark.parametrize("is_taken", [False, True])
def test_the_flow_goes_on_whoever_has_the_conversation(acme: Service, is_taken: bool) -> None:
    item = asked(acme)
    if is_taken:
        acme.admin("POST", f"/inbox/acme/{item.id}/assign", {"to": "Meera"})
        status = "/conversations/acme/7"
        wait_for(lambda: acme.admin("GET", status).json["status"] == "paused", "the pause")
    acme.admin("POST", f"/inbox/acme/{item.id}/answer", {"answer": "Yes."})
    wait_for(lambda: said(acme)[-1] == "The nurse says: Yes.", "the answer in the conversation")
    assert said(acme).count("The nurse says: Yes.") == 1
    assert "Yes." not in said(acme)
