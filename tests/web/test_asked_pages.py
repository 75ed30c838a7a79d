"""The page of what people ask, out of the log of calls."""

from __future__ import annotations

import pytest

from answers.inbox.inbox import Inbox
from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import Service
from tests.web.visitor import Visitor, signed_in

ASKED = "/organisations/acme/asked"


@pytest.fixture
def visitor(service: Service, openai: FakeOpenAI) -> Visitor:
    service.organisation(openai)
    return signed_in(service)


def ask(service: Service, question: str, contact: str) -> None:
    body = {"question_text": question, "contact": {"id": contact}}
    assert service.call("parse_via_chat_gpt", body).status == 200


def test_nobody_asked_anything(visitor: Visitor) -> None:
    assert "Nobody asked anything in the last seven days" in visitor.get(ASKED).text


def test_questions_stand_in_groups(visitor: Visitor, service: Service, openai: FakeOpenAI) -> None:
    ask(service, "When are the school fees due?", "1")
    ask(service, "school fees due date?", "2")
    ask(service, "गेहूं में खाद कब डालें?", "2")
    openai.fail(faults.disconnect(), times=None)
    service.call("parse_via_chat_gpt", {"question_text": "Who is <b>the</b> headmaster?"})
    service.call("translate_entry", {"entry": "Not a question"})
    service.flush()
    page = visitor.get(ASKED)
    assert (
        "4 questions in the last seven days. 75 %: the model by itself, 25 %: nobody." in page.text
    )
    assert "asked 2 times, by 2 contacts: English 2" in page.text
    assert "asked once, by one contact: Hindi 1" in page.text
    assert "Who is &lt;b&gt;the&lt;/b&gt; headmaster?" in page.html
    assert "Not a question" not in page.text
    unanswered = visitor.get(f"{ASKED}?show=nobody").text
    assert "headmaster" in unanswered
    assert "Add a document that tells it" in unanswered
    assert "school fees" not in unanswered


def test_a_question_that_a_person_answered_counts_once(visitor: Visitor, service: Service) -> None:
    body = {"question_text": "Is the clinic open?", "contact": {"id": "1"}}
    ticket = service.call("ask_a_person", body).json["ticket_id"]
    service.admin("POST", f"/inbox/acme/{ticket}/answer", {"answer": "Yes."})
    inbox: Inbox = service.app.extensions[Inbox.NAME]
    inbox.deliveries.perform(f"acme.{ticket}")
    service.flush()
    page = visitor.get(ASKED).text
    assert "asked once, by one contact" in page
    assert "100 %: a person" in page


def test_a_question_that_the_flow_passed_on_to_a_person_counts_once(
    visitor: Visitor, service: Service, openai: FakeOpenAI
) -> None:
    body = {"question_text": "Is the clinic open?", "contact": {"id": "1"}}
    openai.fail(faults.disconnect(), times=None)
    for function in ("parse_via_chat_gpt", "parse_via_chat_gpt", "ask_a_person"):
        service.call(function, body)
    service.flush()
    assert "asked 2 times, by one contact" in visitor.get(ASKED).text


def test_a_rule_that_asked_the_model_is_named_where_it_replied(
    visitor: Visitor, service: Service, openai: FakeOpenAI
) -> None:
    service.operator("PUT", "/settings/acme/guardrails", {"self_harm": {"action": "reply"}})
    openai.say_json({"self_harm": True})
    ask(service, "I want to die", "1")
    service.flush()
    page = visitor.get(ASKED).text
    assert "100 %: a guardrail" in page
    assert "Approve an answer" not in page, "the guardrail speaks before it"


def test_a_variable_that_the_flow_never_set_is_no_question(
    visitor: Visitor, service: Service
) -> None:
    service.call("parse_via_chat_gpt", {"question_text": "@results.question"})
    service.flush()
    assert "Nobody asked anything" in visitor.get(ASKED).text


def test_a_group_becomes_a_case(visitor: Visitor, service: Service) -> None:
    target = {"function": "parse_via_chat_gpt"}
    assert service.admin("PUT", "/question-sets/acme/crops", {"target": target}).status == 201
    ask(service, "Which seeds for wheat?", "1")
    service.flush()
    page = visitor.get(ASKED)
    assert "Make it a case of a question set" in page.text
    fields = {name: value for name, value in page.values().items() if name == "log_id"}
    added = visitor.post("/organisations/acme/add-case", {"set": "crops", **fields})
    assert added.status == 303
    case = service.admin("GET", "/question-sets/acme/crops").json["cases"][0]
    assert case["question"] == "Which seeds for wheat?"


def test_it_is_read_anew_after_some_minutes_only(visitor: Visitor, service: Service) -> None:
    ask(service, "Which seeds for wheat?", "1")
    service.flush()
    assert "1 question in" in visitor.get(ASKED).text
    ask(service, "Which seeds for rice?", "1")
    service.flush()
    assert "1 question in" in visitor.get(ASKED).text
    assert service.redis.ttl("fh:{acme}:asked") <= 300
