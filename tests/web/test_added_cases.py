"""Cases out of the log, the simulator, conversations and explorations."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.web.browser.test_browser import FLOW
from tests.web.visitor import Visitor, signed_in

ADD = "/organisations/acme/add-case"
SETS = "/organisations/acme/question-sets"
FLOW_PAGE = "/organisations/acme/flows/greeting"

Json = dict[str, Any]


@pytest.fixture
def author(service: Service, openai: FakeOpenAI) -> Visitor:
    service.organisation(openai)
    assert service.admin("POST", "/flows/acme", FLOW).status == 200
    put(service, "chats", {"flow": "greeting", "pretend": True})
    put(service, "calls", {"function": "parse_via_chat_gpt", "body": {"prompt": "Help."}})
    return signed_in(service, service.token("acme", "author"))


def put(service: Service, name: str, target: Json) -> None:
    assert service.admin("PUT", f"/question-sets/acme/{name}", {"target": target}).status == 201


def cases(service: Service, name: str) -> list[Json]:
    found: list[Json] = service.admin("GET", f"/question-sets/acme/{name}").json["cases"]
    return found


def entry_of(service: Service) -> str:
    service.flush()
    return str(service.admin("GET", "/logs/acme").json["logs"][0]["id"])


def test_a_call_becomes_a_case(service: Service, author: Visitor, openai: FakeOpenAI) -> None:
    openai.say("In November.")
    service.call("parse_via_chat_gpt", {"question_text": "When?", "contact": {"name": "Asha"}})
    entry = entry_of(service)
    page = author.get(f"/organisations/acme/logs/{entry}")
    offered = page.html.partition('id="set"')[2].partition("</select>")[0]
    assert "calls" in offered and "chats" not in offered
    added = author.post(ADD, {"set": "calls", "log_id": entry})
    [case] = cases(service, "calls")
    assert added.headers["Location"] == f"{SETS}/calls?done=added#case-{case['id']}"
    assert (case["question"], case["answer"]) == ("When?", "In November.")
    assert "Asha" not in str(case)
    refused = author.post(ADD, {"set": "chats", "log_id": entry})
    assert refused.status == 409
    assert "Nothing was added" in refused.text


def test_a_call_begins_a_new_set(service: Service, author: Visitor, openai: FakeOpenAI) -> None:
    openai.say("In November.")
    service.call("parse_via_chat_gpt", {"question_text": "When?"})
    entry = entry_of(service)
    new = f"/organisations/acme/new-question-set?log_id={entry}"
    page = author.get(new)
    assert "becomes its first case" in page.text
    form = {"name": "fresh", "kind": "function", "function": "parse_via_chat_gpt", "log_id": entry}
    assert author.post(new.partition("?")[0], {**form, "minimum": "4"}).status == 303
    assert [case["question"] for case in cases(service, "fresh")] == ["When?"]


def test_a_simulation_becomes_a_case_up_to_a_turn(service: Service, author: Visitor) -> None:
    author.get(f"{FLOW_PAGE}/simulator")
    author.post(f"{FLOW_PAGE}/simulator", {"action": "start"})
    for words in ("Ravi", "And more"):
        author.post(f"{FLOW_PAGE}/simulator", {"type": "text", "text": words})
    page = author.get(f"{FLOW_PAGE}/simulator")
    assert "1. Ravi" in page.text
    author.post(ADD, {"set": "chats", "simulation": "greeting", "turns": "1"})
    [case] = cases(service, "chats")
    assert case["question"] == "Ravi"
    assert case["answer"]
    nothing = author.post(ADD, {"set": "chats", "simulation": "none", "turns": "1"})
    assert nothing.status in (400, 404)


def test_a_conversation_becomes_a_case_for_who_may_read_it(
    service: Service, author: Visitor
) -> None:
    for message in ({"flow": "greeting"}, {"text": "Meena"}):
        assert service.admin("POST", "/conversations/acme/7/messages", message).status == 200
    asked = {"set": "chats", "conversation": "7", "from": "0"}
    assert author.post(ADD, asked).status == 403
    admin = signed_in(service, service.tenant.admin_token)
    assert (
        "What the contact said, from here on"
        in admin.get("/organisations/acme/conversations/7").text
    )
    assert admin.post(ADD, asked).status == 303
    assert [case["question"] for case in cases(service, "chats")] == ["Meena"]


def test_proposals_of_an_exploration_become_cases(service: Service, author: Visitor) -> None:
    assert "Explore" in author.get(FLOW_PAGE).text
    author.get(f"{FLOW_PAGE}/explore")
    page = author.post(f"{FLOW_PAGE}/explore", {"persona": "hinglish"})
    assert page.status == 200
    assert re.search(r"\d of \d nodes", page.text)
    assert "writes Hinglish" in page.text
    proposed = [unescape(one) for one in re.findall(r'name="case" value="([^"]+)"', page.html)]
    assert proposed
    added = author.post(ADD, {"set": "chats", "case": proposed})
    assert added.status == 303
    assert "Each new case has what it must reach" in author.get(added.headers["Location"]).text
    found = cases(service, "chats")
    assert len(found) == len(proposed)
    assert all("reaches" in check for case in found for check in case["checks"])
    assert author.post(ADD, {"set": "chats"}).status == 400
    forged = author.post(ADD, {"set": "chats", "case": ['{"question": "x", "checks": [{"a": 1}]}']})
    assert forged.status == 400
    assert len(cases(service, "chats")) == len(proposed)


def test_proposals_make_a_new_set(service: Service, author: Visitor) -> None:
    author.get(SETS)
    case = '{"turns": ["Hi"], "checks": []}'
    made = author.post(ADD, {"set": "fresh", "flow": "greeting", "case": [case]})
    assert made.status == 303
    found = service.admin("GET", "/question-sets/acme/fresh").json
    assert found["target"] == {"flow": "greeting", "pretend": True}
    again = author.post(ADD, {"set": "fresh", "flow": "greeting", "case": [case]})
    assert again.status == 409
    assert author.post(ADD, {"set": "x y", "flow": "greeting", "case": [case]}).status == 400
    assert author.post(ADD, {"set": "z", "flow": "nothing", "case": [case]}).status == 404
