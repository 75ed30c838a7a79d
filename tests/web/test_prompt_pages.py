"""Prompts compared on the same questions, and the better one put into its node."""

from __future__ import annotations

import json
import threading
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import Service
from tests.flows.talking import Json, export, publish
from tests.web.test_node_pages import ASKING, BODY, FLOW, node
from tests.web.visitor import Page, Visitor, signed_in

COMPARE = "/organisations/acme/functions/parse_via_chat_gpt/compare"
QUESTIONS = "Why is the sky blue?\nWhy is grass green?"


@pytest.fixture
def visitor(service: Service, openai: FakeOpenAI) -> Visitor:
    service.organisation(openai)
    publish(service, ASKING)
    openai.say_by(lambda body: f"{body['messages'][0]['content']} > {body['model']}")
    return signed_in(service, service.token("acme", "author"))


def place(service: Service) -> dict[str, str]:
    action = node(service, "gpt")["actions"][0]["uuid"]
    return {"flow": "greeting", "node": "gpt", "action": action}


def bodies(openai: FakeOpenAI) -> list[dict[str, Any]]:
    return [asked.body for asked in openai.asked("/v1/chat/completions")]


def answers(page: Page) -> list[str]:
    """The answers in the order of the page."""
    parts = page.html.partition('id="answers"')[2].split('<p class="words" dir="auto">')[1:]
    return [unescape(part.partition("</p>")[0]) for part in parts]


def test_each_variant_answers_each_question_with_tokens_and_cost(
    service: Service, visitor: Visitor, openai: FakeOpenAI
) -> None:
    form = {"prompt-A": "Be kind", "prompt-B": "Be short", "model-B": "gpt-6-sol"}
    page = visitor.post(COMPARE, {**form, "questions": QUESTIONS})
    assert page.status == 200
    [kind, short, *rest] = answers(page)
    assert kind.startswith("Be kind > ")
    assert short == "Be short > gpt-6-sol"
    assert rest == [kind, short]
    asked = [one["messages"][-1]["content"] for one in bodies(openai)]
    assert sorted(asked) == sorted(QUESTIONS.splitlines() * 2)
    assert page.text.count("2 of 2 answered") == 2
    assert page.text.count(" tokens · $0.") == 6, "each answer and each variant has its cost"
    service.flush()
    logged = service.operator("GET", "/logs/acme").json["logs"]
    assert len(logged) == 4
    assert f"request_id={logged[0]['request_id']}" in page.html
    assert len({one["request_id"] for one in logged}) == 1


def test_one_that_fails_stands_beside_those_that_answer(
    visitor: Visitor, openai: FakeOpenAI
) -> None:
    form = {"prompt-A": "Be kind", "prompt-C": "Be short", "model-C": "gpt-9-nope"}
    page = visitor.post(COMPARE, {**form, "questions": QUESTIONS})
    assert page.status == 200
    assert len(answers(page)) == 2
    assert page.text.count("model_not_found") == 2
    assert "C gpt-9-nope 0 of 2 answered" in page.text


def test_calls_keep_to_the_limits_of_the_organisation(service: Service, visitor: Visitor) -> None:
    service.operator("PUT", "/settings/acme/limits", {"requests_per_minute": 1})
    page = visitor.post(COMPARE, {"prompt-A": "x", "prompt-B": "y", "questions": "Why?"})
    assert len(answers(page)) == 1
    assert page.text.count("rate_limited") == 1


def test_at_most_five_calls_run_at_once_and_late_ones_are_told(
    service: Service, visitor: Visitor, openai: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.comparing.WAIT_SECONDS", 0.2)
    gate = threading.Event()
    openai.fail(faults.held(gate), times=None)
    lines = "\n".join(f"Question {number}" for number in range(10))
    page = visitor.post(COMPARE, {"prompt-A": "x", "prompt-B": "y", "questions": lines})
    assert page.text.count("No answer within") == 5
    assert page.text.count("Not asked: the time was over before.") == 15
    gate.set()
    assert openai.peak_in_flight <= 5


def test_a_nodes_prompt_is_there_to_be_changed_and_its_other_fields_are_used(
    service: Service, visitor: Visitor, openai: FakeOpenAI
) -> None:
    where = place(service)
    opened = visitor.get(f"{FLOW}/nodes/gpt")
    link = f"{COMPARE}?{urlencode({'flow': 'greeting', 'node': 'gpt', 'action': where['action']})}"
    assert link in unescape(opened.html)
    shown = visitor.get(link)
    assert shown.html.count("\nBe kind</textarea>") == 2
    form = {"prompt-A": "Greet @results.name, @results.age", "questions": "Why?"}
    form |= {"values": "@results.name = Asha\n@results.age ="}
    visitor.post(COMPARE, {**where, **form})
    [asked] = bodies(openai)
    assert asked["messages"][0]["content"] == "Greet Asha, @results.age"
    assert asked["temperature"] == BODY["temperature"]


def test_the_better_one_becomes_the_nodes_draft(service: Service, visitor: Visitor) -> None:
    where = place(service)
    shown = visitor.get(f"{COMPARE}?{urlencode(where)}").values()
    form = {"prompt-A": "x", "prompt-B": "Be @results.name", "model-B": "gpt-6-sol"}
    page = visitor.post(COMPARE, {**where, "base": shown["base"], **form, "questions": "Why?"})
    assert f'action="{FLOW}/nodes/gpt/prompt"' in page.html
    chosen = {**where, "base": shown["base"], "function": "parse_via_chat_gpt"}
    chosen |= {"prompt": "Be @results.name", "model": "gpt-6-sol", "note": "Shorter answers"}
    assert visitor.post(f"{FLOW}/nodes/gpt/prompt", chosen).status == 303
    body = json.loads(node(service, "gpt")["actions"][0]["body"])
    assert body == {**BODY, "prompt": "Be @results.name", "gpt_model": "gpt-6-sol"}
    [newest, _] = service.admin("GET", "/flows/acme/greeting/revisions").json["revisions"]
    assert newest["note"] == "Shorter answers"
    again = {**chosen, "prompt": "Mine"}
    refused = visitor.post(f"{FLOW}/nodes/gpt/prompt", again)
    assert refused.status == 412, "the node was changed since"
    assert "Both versions" in refused.text
    assert "Mine" in refused.text


def test_questions_are_taken_from_the_log_without_names(
    service: Service, visitor: Visitor, openai: FakeOpenAI
) -> None:
    for question in ("First?", "Second\nquestion?", "First?", "@results.question"):
        body = {"question_text": question, "contact": {"id": 7, "name": "Asha Devi"}}
        service.call("parse_via_chat_gpt", body)
    service.flush()
    before = len(bodies(openai))
    page = visitor.post(COMPARE, {"prompt-A": "Kept", "do": "take"})
    assert ">\nFirst?\nSecond question?</textarea>" in page.html
    assert "\nKept</textarea>" in page.html
    assert "Asha" not in page.text
    assert len(bodies(openai)) == before, "nothing is asked"


@pytest.mark.parametrize(
    ("form", "status", "told"),
    [
        ({"prompt-A": "x"}, 400, "There is no question"),
        ({"questions": "Why?"}, 400, "There is no prompt and no model"),
        ({"prompt-A": "x", "questions": "Why?\n" * 11}, 400, "more than 10 questions"),
        ({"prompt-A": "x", "do": "take"}, 404, "The log holds no call of this function"),
        ({"prompt-A": "x", "flow": "greeting", "node": "gone"}, 404, "no longer calls"),
    ],
)
def test_what_cannot_be_compared_is_told_and_what_was_typed_stays(
    visitor: Visitor, openai: FakeOpenAI, form: dict[str, str], status: int, told: str
) -> None:
    page = visitor.post(COMPARE, form)
    assert page.status == status
    assert told in page.text
    assert form.get("prompt-A", "") in page.html
    assert bodies(openai) == []


def test_only_functions_with_a_prompt_and_a_question_are_compared(visitor: Visitor) -> None:
    assert visitor.get("/organisations/acme/functions/get_buttons/compare").status == 404
    assert visitor.get("/organisations/acme/functions/filesearch-gpt/compare").status == 200
    assert COMPARE in visitor.get(COMPARE.removesuffix("/compare")).html


def test_who_reads_cannot_compare(service: Service, visitor: Visitor) -> None:
    viewer = signed_in(service, service.token("acme", "viewer"))
    assert viewer.get(COMPARE).status == 200
    assert viewer.post(COMPARE, {"prompt-A": "x", "questions": "Why?"}).status == 403
    assert viewer.post(f"{FLOW}/nodes/gpt/prompt", {"prompt": "x"}).status == 403


def test_a_script_in_a_prompt_or_an_answer_stays_text(
    service: Service, visitor: Visitor, openai: FakeOpenAI
) -> None:
    evil = "</textarea><script>alert(1)</script>"
    flow: Json = {**ASKING, "name": evil}
    service.admin("POST", "/flows/acme", export(flow))
    form = {"prompt-A": evil, "model-A": evil, "prompt-B": evil, "questions": evil}
    page = visitor.post(COMPARE, {**place(service), **form, "values": f"x = {evil}"})
    assert "alert(1)" in page.text
    assert "<script>alert" not in page.html
