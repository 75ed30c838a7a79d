"""A webhook function that takes too long: the flow parks, and the job's result wakes it."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import Service
from tests.fixtures_jobs import JobsService
from tests.flows.talking import publish, say, texts
from tests.waiting import wait_for

BODY = '{"question_text": "Why?", "contact": "@contact", "wait_seconds": "1"}'
ASKING: dict[str, Any] = {
    "uuid": "f",
    "keywords": ["ask"],
    "nodes": [
        {
            "id": "h",
            "webhook": {"url": "parse_via_chat_gpt", "result_name": "gpt", "body": BODY},
            "success": "yes",
            "failure": "no",
        },
        {"id": "yes", "send": "Answer: @results.gpt.parsed_msg", "to": "w"},
        {"id": "no", "send": "Failed", "to": "w"},
        {"id": "w", "wait": {}},
    ],
}


@pytest.fixture
def asking(jobs: JobsService, openai: FakeOpenAI) -> Service:
    jobs.service.organisation(openai)
    publish(jobs.service, ASKING)
    return jobs.service


def sent(service: Service) -> list[str]:
    found = service.admin("GET", "/conversations/acme/7").json["transcript"]
    return [item["text"] for item in found if item["direction"] == "out"]


def test_an_answer_in_time_goes_on_at_once(asking: Service, openai: FakeOpenAI) -> None:
    openai.say("Because.")
    assert texts(say(asking, "ask")) == ["Answer: Because."]


def test_a_late_answer_wakes_the_flow(asking: Service, openai: FakeOpenAI) -> None:
    openai.say("Because.")
    gate = threading.Event()
    openai.fail(faults.held(gate))
    parked = say(asking, "ask")
    assert parked.json["messages"] == []
    assert parked.json["status"] == "waiting"
    assert texts(say(asking, "hello?")) == []
    gate.set()
    wait_for(lambda: sent(asking) == ["Answer: Because."], "the late answer")
    shown = asking.admin("GET", "/conversations/acme/7").json
    assert shown["node"] == "w"


def test_a_late_failure_takes_success_where_the_body_asks_for_200(
    asking: Service, openai: FakeOpenAI
) -> None:
    body = BODY.replace("}", ', "failure_status": 200}')
    node = {**ASKING["nodes"][0], "webhook": {**ASKING["nodes"][0]["webhook"], "body": body}}
    publish(asking, {**ASKING, "nodes": [node, *ASKING["nodes"][1:]]})
    gate = threading.Event()
    openai.say_refusal()
    openai.fail(faults.held(gate))
    assert texts(say(asking, "ask")) == []
    gate.set()
    wait_for(lambda: len(sent(asking)) == 1, "the late failure")
    assert sent(asking)[0].startswith("Answer: ")


def test_a_late_failure_takes_failure(asking: Service, openai: FakeOpenAI) -> None:
    gate = threading.Event()
    openai.say_refusal()
    openai.fail(faults.held(gate))
    assert texts(say(asking, "ask")) == []
    gate.set()
    wait_for(lambda: sent(asking) == ["Failed"], "the late failure")
