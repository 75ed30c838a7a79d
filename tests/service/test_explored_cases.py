"""From an exploration's proposals to a run of a question set: they reach what they said."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_jobs import JobsService
from tests.flows.talking import publish
from tests.waiting import wait_for

SET = "/question-sets/acme/explored"
HOOK = {
    "url": "parse_via_chat_gpt",
    "body": json.dumps({"question_text": "@results.question"}),
    "result_name": "gpt",
}
FLOW: dict[str, Any] = {
    "uuid": "asking",
    "name": "Asking",
    "keywords": ["ask"],
    "nodes": [
        {"id": "by", "split": "@contact.fields.village", "cases": [
            ["has_only_text", ["Rampur"], "Rampur", "near"]], "else": "hello"},
        {"id": "near", "send": "Welcome, neighbour.", "to": "hello"},
        {"id": "hello", "send": "Ask me.", "with": {"quick_replies": ["Stop"]}, "to": "wait"},
        {"id": "wait", "wait": {"result": "question", "seconds": 300},
         "cases": [["has_only_phrase", ["stop"], "Stop", "bye"],
                   ["has_number_between", ["1", "9"], "Number", "bye"]],
         "else": "call", "silent": "gone"},
        {"id": "call", "webhook": HOOK, "success": "say", "failure": "sorry"},
        {"id": "say", "send": "@results.gpt.parsed_msg", "to": "wait"},
        *({"id": one, "send": one} for one in ("sorry", "bye", "gone")),
    ],
}  # fmt: skip


def test_proposals_pass_as_cases_of_a_question_set(jobs: JobsService, openai: FakeOpenAI) -> None:
    service = jobs.service
    service.organisation(openai)
    publish(service, FLOW)
    asked = {"personas": ["short", "hinglish", "voice_note"]}
    found = service.admin("POST", "/flows/acme/asking/explore", asked).json
    assert found["coverage"]["missed"] == []
    assert {one["persona"] for one in found["proposals"]} == {"", "short", "hinglish", "voice_note"}
    assert found["proposals"][0]["turns"] == ["ask"]
    near = next(one for one in found["proposals"] if "near" in one["reaches"])
    assert near["body"] == {"contact": {"fields": {"village": "Rampur"}}}
    cases = [
        {
            "id": f"c{at}",
            "turns": one["turns"],
            "body": one.get("body", {}),
            "checks": [{"reaches": reached} for reached in one["reaches"]],
        }
        for at, one in enumerate(found["proposals"])
    ]
    stored = service.admin("PUT", SET, {"target": {"flow": "asking"}, "cases": cases})
    assert stored.status in (200, 201), stored.body
    openai.say_by(lambda body: "After the rain.")
    started = service.admin("POST", f"{SET}/runs", {})
    assert started.status == 202, started.body
    path = f"{SET}/runs/{started.json['run_id']}"
    wait_for(
        lambda: service.admin("GET", path).json["status"] not in ("queued", "running"), "the run"
    )
    run = service.admin("GET", path).json
    failed = [one for one in run["cases"] if one["passed"] is not True]
    assert (run["status"], run["done"], failed) == ("done", len(cases), [])
    assert run["tokens"] > 0
    contacts = service.admin("GET", "/conversations/acme").json["conversations"]
    assert contacts == []
