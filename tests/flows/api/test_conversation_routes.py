"""Conversations through HTTP: imported flows, messages, what is kept, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import OpenService, Service
from tests.flows.talking import GREETING, export, publish, say


@pytest.fixture
def acme(service: Service) -> Service:
    service.organisation()
    return service


def test_a_conversation_from_start_to_end(acme: Service) -> None:
    publish(acme, GREETING)
    started = say(
        acme,
        {
            "flow": "greeting",
            "contact": {"name": "Asha", "phone": "919800000000", "fields": {"village": "Rampur"}},
            "results": {"before": {"input": "kept"}},
        },
    )
    assert started.status == 200
    assert started.json["messages"] == [{"type": "text", "text": "What is your name?"}]
    assert started.json["status"] == "waiting"
    assert started.json["flow"] == "greeting"
    assert started.json["node"] == "wait"
    assert started.json["results"] == {"before": {"input": "kept"}}
    answered = say(acme, "Asha").json
    assert answered["messages"] == [{"type": "text", "text": "Hello Asha"}]
    assert answered["status"] == "completed"
    assert answered["results"]["name"]["input"] == "Asha"
    contact = acme.admin("GET", "/conversations/acme/7").json["contact"]
    assert contact["phone"] == "919800000000"
    assert contact["fields"]["village"]["value"] == "Rampur"


def test_the_conversation_survives_a_restart_between_any_two_messages(
    acme: Service, open_service: OpenService
) -> None:
    publish(acme, GREETING)
    assert say(acme, "Hello!").json["messages"][0]["text"] == "What is your name?"
    again = open_service(acme.redis)
    again.tenant = acme.tenant
    assert say(again, "Asha").json["status"] == "completed"
    third = open_service(acme.redis)
    third.tenant = acme.tenant
    shown = third.admin("GET", "/conversations/acme/7").json
    assert [item["text"] for item in shown["transcript"] if item["direction"] == "out"] == [
        "What is your name?",
        "Hello Asha",
    ]


def test_the_same_message_is_processed_once(acme: Service) -> None:
    publish(acme, GREETING)
    first = say(acme, {"text": "hello", "id": "wamid.1"})
    repeat = say(acme, {"text": "hello", "id": "wamid.1"})
    assert repeat.json == first.json
    assert say(acme, {"text": "Asha", "id": "wamid.2"}).json["status"] == "completed"
    assert say(acme, {"text": "hello", "id": "wamid.1"}).json == first.json
    by_header = say(acme, "hello", headers={"Idempotency-Key": "k"})
    assert say(acme, "hello", headers={"Idempotency-Key": "k"}).json == by_header.json
    shown = acme.admin("GET", "/conversations/acme/7").json
    assert [item["text"] for item in shown["transcript"] if item["direction"] == "in"] == [
        "hello",
        "Asha",
        "hello",
    ]


def test_what_is_stored_is_sealed(acme: Service) -> None:
    publish(acme, GREETING)
    say(acme, {"text": "hello", "id": "m", "contact": {"name": "Shanthi"}})
    say(acme, "a secret word")
    for key in acme.redis.scan_iter("*"):
        kind = acme.redis.type(key)
        if kind == b"hash":
            stored: Any = acme.redis.hgetall(key)
        elif kind == b"stream":
            stored = acme.redis.xrange(key)
        elif kind == b"string":
            stored = acme.redis.get(key)
        else:
            continue
        for word in ("secret word", "Shanthi", "What is your name"):
            assert word not in str(stored), key


def test_a_republished_flow_leaves_conversations_alone(acme: Service) -> None:
    publish(acme, GREETING)
    say(acme, "hello")
    changed = [*GREETING["nodes"][:2], {"id": "thank", "send": "Changed"}]
    draft = {**GREETING, "nodes": changed}
    acme.admin("POST", "/flows/acme", export(draft))
    assert say(acme, {"flow": "greeting"}, contact="8").json["status"] == "waiting"
    assert say(acme, "Ravi", contact="8").json["messages"][0]["text"] == "Hello Ravi"
    publish(acme, draft)
    assert say(acme, "Asha").json["messages"][0]["text"] == "Hello Asha"
    say(acme, "hello", contact="9")
    assert say(acme, "Ravi", contact="9").json["messages"][0]["text"] == "Changed"


def test_a_flow_that_was_never_published_runs_as_a_draft(acme: Service) -> None:
    acme.admin("POST", "/flows/acme", export(GREETING))
    assert say(acme, "hello").json == {"messages": [], "status": "completed"}
    assert say(acme, {"flow": "hello"}).json["status"] == "waiting"


def test_a_flow_asks_a_webhook_function_in_process(acme: Service, openai: FakeOpenAI) -> None:
    acme.organisation(openai)
    body = '{"question_text": "@results.question", "contact": "@contact", "results": "@results"}'
    node = {
        "id": "gpt",
        "webhook": {"url": "parse_via_chat_gpt", "result_name": "gpt", "body": body},
        "success": "tell",
        "failure": "sorry",
    }
    flow = {
        "uuid": "ask",
        "nodes": [
            {"id": "q", "wait": {"result": "question"}, "else": "gpt"},
            node,
            {"id": "tell", "send": "@results.gpt.parsed_msg", "to": "q"},
            {"id": "sorry", "send": "Sorry", "to": "q"},
        ],
    }
    publish(acme, flow)
    say(acme, {"flow": "ask"})
    first = say(acme, "Why is the sky blue?").json
    assert first["messages"][0]["text"] == first["results"]["gpt"]["parsed_msg"]
    assert first["results"]["gpt"]["success"] is True
    second = say(acme, "Why is the sky blue?").json
    assert second["messages"][0]["text"] == second["results"]["gpt"]["parsed_msg"]
    acme.flush()
    logs = acme.admin("GET", "/logs/acme").json["logs"]
    assert [entry["function"] for entry in logs] == ["parse_via_chat_gpt"] * 2
    assert {entry["contact"] for entry in logs} == {"7"}
    assert {entry["flow"] for entry in logs} == {"ask"}


def test_what_a_function_does_not_take_is_ignored_as_in_glific(
    acme: Service, openai: FakeOpenAI
) -> None:
    acme.organisation(openai)
    openai.say("It rains.")
    body = '{"question_text": "Why?", "endpoint": "x", "callback_url": "http://[", "zzz": 1}'
    webhook = {"url": "parse_via_chat_gpt", "result_name": "gpt", "body": body}
    told = {"id": "tell", "send": "@results.gpt.parsed_msg"}
    flow = {"uuid": "f", "nodes": [{"id": "w", "webhook": webhook, "success": "tell"}, told]}
    publish(acme, flow)
    assert say(acme, {"flow": "f"}).json["messages"] == [{"type": "text", "text": "It rains."}]


def test_an_unknown_function_takes_failure(acme: Service) -> None:
    node = {"id": "w", "webhook": {"url": "no_such", "result_name": "x"}, "failure": "sorry"}
    publish(acme, {"uuid": "f", "nodes": [node, {"id": "sorry", "send": "Sorry"}]})
    assert say(acme, {"flow": "f"}).json["messages"] == [{"type": "text", "text": "Sorry"}]
    notes = acme.admin("GET", "/conversations/acme/7").json["transcript"]
    called = next(note for note in notes if note["type"] == "webhook_called")
    assert called["status"] == 404
    acme.flush()
    assert acme.admin("GET", "/logs/acme").json["logs"][0]["status"] == "not_found"


def test_globals_and_the_calendar_come_from_the_settings(acme: Service) -> None:
    acme.admin("PUT", "/settings/acme/globals", {"values": {"helpline": "1800", "open": True}})
    acme.admin("PUT", "/settings/acme/timezone", {"name": "Pacific/Kiritimati"})
    text = "@global.helpline @global.open @calendar.current_year"
    publish(acme, {"uuid": "f", "nodes": [{"id": "m", "send": text}]})
    sent = say(acme, {"flow": "f"}).json["messages"][0]["text"]
    assert sent.startswith("1800 true 2")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"type": "image", "url": "https://example.org/a.png", "caption": "me"}, "media"),
        ({"type": "location", "latitude": 26.8, "longitude": 80.9}, "location"),
        ({"location": {"latitude": 26.8, "longitude": 80.9}}, "location"),
        ({"type": "quick_reply", "text": "Yes"}, "Yes"),
        ({"quick_reply": "Yes"}, "Yes"),
        ({"quick_reply": {"title": "Yes", "id": "n1"}}, "Yes"),
        ({"type": "list", "title": "Yes"}, "Yes"),
    ],
)
def test_messages_of_every_kind(acme: Service, body: dict[str, Any], kind: str) -> None:
    cases = [["has_any_word", ["yes"], "Yes", "end"]]
    nodes = [
        {"id": "w", "wait": {"result": "got"}, "cases": cases, "else": "end"},
        {"id": "end", "send": "Thanks"},
    ]
    publish(acme, {"uuid": "f", "nodes": nodes})
    say(acme, {"flow": "f"})
    answer = say(acme, body)
    assert answer.status == 200, answer.body
    assert answer.json["results"]["got"]["category"] == kind


def test_buttons_are_sent_and_chosen(acme: Service) -> None:
    template = {
        "source_id": 41,
        "label": "Ready",
        "type": "quick_reply",
        "translations": {},
        "interactive_content": {
            "type": "quick_reply",
            "content": {"type": "text", "header": "H", "text": "Ready?"},
            "options": [{"type": "text", "title": "Yes"}, {"type": "text", "title": "No"}],
        },
    }
    action = {"type": "send_interactive_msg", "name": "Ready", "id": 41}
    nodes = [
        {"id": "b", "actions": [action], "to": "w"},
        {
            "id": "w",
            "wait": {"result": "r"},
            "cases": [["has_only_phrase", ["yes"], "Yes", "y"]],
            "else": None,
        },
        {"id": "y", "send": "Good"},
    ]
    publish(acme, {"uuid": "f", "nodes": nodes}, interactive_templates=[template])
    sent = say(acme, {"flow": "f"}).json["messages"]
    assert sent == [
        {"type": "quick_reply", "text": "H\nReady?", "options": [{"title": "Yes"}, {"title": "No"}]}
    ]
    assert say(acme, {"type": "quick_reply", "text": "Yes"}).json["messages"][0]["text"] == "Good"


def test_labels_stand_in_the_transcript(acme: Service) -> None:
    label = {"type": "add_input_labels", "labels": [{"uuid": "l", "name": "Question"}]}
    send = {"type": "send_msg", "text": "Thanks", "labels": [{"uuid": "l", "name": "Greeting"}]}
    flow = {"uuid": "f", "keywords": ["ask"], "nodes": [{"id": "a", "actions": [label, send]}]}
    publish(acme, flow)
    say(acme, "ask")
    shown = acme.admin("GET", "/conversations/acme/7").json["transcript"]
    assert [(one["type"], one["labels"]) for one in shown if "labels" in one] == [
        ("input_labelled", "Question"),
        ("text", "Greeting"),
    ]


def test_a_parked_flow_is_resumed(acme: Service) -> None:
    pause = {"type": "wait_for_result", "delay": "3600", "result_name": "x"}
    nodes = [
        {"id": "p", "actions": [pause], "to": "m"},
        {"id": "m", "send": "Got @results.answer.text"},
    ]
    publish(acme, {"uuid": "f", "nodes": nodes})
    assert say(acme, {"flow": "f"}).json["status"] == "waiting"
    path = "/conversations/acme/7/resume"
    resumed = acme.admin("POST", path, {"flow": "f", "result": {"answer": {"text": "it"}}})
    assert resumed.json["messages"] == [{"type": "text", "text": "Got it"}]
    assert acme.admin("POST", path, {"flow": "f"}).error["type"] == "conflict"


def test_a_contact_is_forgotten(acme: Service) -> None:
    publish(acme, GREETING)
    first = say(acme, {"text": "hello", "id": "m"})
    assert first.json["status"] == "waiting"
    assert acme.admin("DELETE", "/conversations/acme/7").status == 204
    assert acme.admin("GET", "/conversations/acme/7").error["type"] == "not_found"
    assert acme.admin("DELETE", "/conversations/acme/7").error["type"] == "not_found"
    assert not list(acme.redis.scan_iter("*contact:7*"))
    assert say(acme, "Asha").json == {"messages": [], "status": "completed"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"type": "image"}, "url"),
        ({"type": "location"}, "location"),
        ({"type": "nonsense", "text": "x"}, "type"),
        ({"text": 5}, "text"),
        ({"text": "x", "nonsense": 1}, "nonsense"),
        ({"flow": "f", "contact": {"shoe": 42}}, "contact"),
        ({"text": "x" * 70_000}, "text"),
    ],
)
def test_what_is_no_message_is_refused_by_name(
    acme: Service, body: dict[str, Any], field: str
) -> None:
    assert field in say(acme, body).error["fields"]


def test_who_may_converse(acme: Service) -> None:
    path = "/conversations/acme/7/messages"
    assert acme.request("POST", path, {"text": "x"}).status == 401
    with_webhook_token = acme.request("POST", path, {"text": "x"}, token=acme.tenant.webhook_token)
    assert with_webhook_token.error["type"] == "forbidden"
    other = acme.tenant.admin_token
    acme.organisation(org="other")
    refused = acme.request("GET", "/conversations/other/7", token=other)
    assert refused.error["type"] == "forbidden"
    assert acme.operator("GET", "/conversations/nobody/7").error["type"] == "not_found"
    assert say(acme, {"flow": "unknown"}).error["type"] == "not_found"
    assert say(acme, "x", contact="a b").error["type"] == "invalid_input"
