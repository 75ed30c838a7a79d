"""Flows over WhatsApp, from Meta's delivery to the message it is asked to send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flows.model import bounds
from tests.fakes.graph import FakeGraph, Line, Person
from tests.fixtures_app import OpenService, Service
from tests.flows.talking import GREETING, publish, say, texts
from tests.waiting import wait_for

ASHA = Person("919876543210", "IN.1234567890")


@pytest.fixture
def acme(on_whatsapp: OpenService, fake_redis: Any) -> Service:
    service = on_whatsapp(fake_redis, public_url="https://flows.example.org")
    publish(service, GREETING)
    return service


def deliver(graph: FakeGraph, line: Line, message: dict[str, Any]) -> None:
    assert line.post is not None
    assert line.post(*graph.says(line, ASHA, message)) == 200


def work(service: Service) -> None:
    """What a worker's waker does, as soon as somebody is due."""
    wait_for(service.background.waker.look, "a contact to be due")


def test_a_conversation_over_whatsapp(acme: Service, graph: FakeGraph, line: Line) -> None:
    assert graph.writes(line, ASHA, "Hello") == 200
    assert graph.texts() == []
    work(acme)
    assert graph.texts() == ["What is your name?"]
    graph.writes(line, ASHA, "Asha")
    work(acme)
    assert graph.texts() == ["What is your name?", "Hello Asha"]
    shown = acme.admin("GET", f"/conversations/acme/{ASHA.identity}").json
    assert shown["status"] == "completed"
    assert shown["contact"]["phone"] == ASHA.phone


def test_a_repeated_delivery_changes_nothing(acme: Service, graph: FakeGraph, line: Line) -> None:
    message = {"type": "text", "text": {"body": "hello"}, "id": "wamid.same"}
    for _ in range(3):
        deliver(graph, line, message)
    work(acme)
    deliver(graph, line, message)
    acme.background.waker.look()
    assert graph.texts() == ["What is your name?"]


def test_a_timer_reaches_whatsapp(acme: Service, graph: FakeGraph, line: Line) -> None:
    nodes = [
        {"id": "a", "send": "One", "to": "p"},
        {"id": "p", "actions": [{"type": "wait_for_result", "delay": "3600"}], "to": "b"},
        {"id": "b", "send": "Two"},
    ]
    publish(acme, {"uuid": "later", "keywords": ["later"], "nodes": nodes})
    graph.writes(line, ASHA, "later")
    work(acme)
    assert graph.texts() == ["One"]
    path = f"/conversations/acme/{ASHA.identity}/resume"
    assert acme.admin("POST", path, {"flow": "later"}).json["messages"][0]["text"] == "Two"
    work(acme)
    assert graph.texts() == ["One", "Two"]


def test_the_api_speaks_to_a_contact_on_whatsapp(
    acme: Service, graph: FakeGraph, line: Line
) -> None:
    graph.writes(line, ASHA, "hello")
    work(acme)
    assert texts(say(acme, {"flow": "greeting"}, contact=ASHA.identity)) == ["What is your name?"]
    work(acme)
    assert graph.texts() == ["What is your name?"] * 2


@pytest.mark.parametrize(
    ("kind", "content_type", "served_as"),
    [
        ("image", "image/png", "image/png"),
        ("audio", "audio/ogg; codecs=opus", "audio/ogg"),
        ("audio", "audio/amr", "audio/amr"),
        ("video", "video/mp4", "video/mp4"),
        ("document", "application/pdf", "application/pdf"),
        ("document", "application/x-odd", "application/octet-stream"),
    ],
)
def test_a_file_is_kept_served_and_given_to_the_flow(
    acme: Service, graph: FakeGraph, line: Line, kind: str, content_type: str, served_as: str
) -> None:
    nodes = [
        {"id": "w", "wait": {"result": "photo"}, "else": "m"},
        {"id": "m", "send": "Thanks"},
    ]
    publish(acme, {"uuid": "photo", "keywords": ["photo"], "nodes": nodes})
    graph.writes(line, ASHA, "photo")
    work(acme)
    file = graph.keep(line, b"\x89PNG\r\n\x1a\n" + b"0" * 64, content_type)
    sent = {"id": file.id, "mime_type": content_type, "sha256": file.sha256}
    deliver(graph, line, {"type": kind, kind: sent})
    work(acme)
    shown = acme.admin("GET", f"/conversations/acme/{ASHA.identity}").json
    url = shown["results"]["photo"]["url"]
    assert url.startswith("https://flows.example.org/media/acme.")
    served = acme.request("GET", url.removeprefix("https://flows.example.org"))
    assert served.body.startswith(b"\x89PNG")
    assert served.headers["Content-Type"].startswith(served_as)


def notes(service: Service) -> list[tuple[str, str]]:
    found = service.admin("GET", f"/conversations/acme/{ASHA.identity}").json["transcript"]
    notes = [item for item in found if item["direction"] == "note" and "reason" in item]
    return [(note["type"], note["reason"]) for note in notes]


def test_a_message_that_meta_refuses_is_noted_in_the_conversation(
    acme: Service, graph: FakeGraph, line: Line
) -> None:
    graph.writes(line, ASHA, "hello")
    graph.fail(131009)
    work(acme)
    refused = "provider_rejected: WhatsApp rejected the request (code 131009)"
    assert notes(acme) == [("msg_not_sent", refused)]


def test_a_message_that_no_flow_can_take_holds_up_no_other(
    acme: Service, graph: FakeGraph, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {"type": "nfm_reply", "nfm_reply": {"response_json": json.dumps({"x": "y" * 2_000})}}
    deliver(graph, line, {"type": "interactive", "interactive": form})
    graph.writes(line, ASHA, "hello")
    monkeypatch.setattr(bounds, "MAX_TEXT", 1_000)
    work(acme)
    assert graph.texts() == ["What is your name?"]


def test_forgetting_a_contact_forgets_the_channel_s_part(
    acme: Service, graph: FakeGraph, line: Line
) -> None:
    graph.writes(line, ASHA, "hello")
    work(acme)
    graph.writes(line, ASHA, "a message that still waits")
    assert acme.admin("DELETE", f"/conversations/acme/{ASHA.identity}").status == 204
    work(acme)
    assert graph.texts() == ["What is your name?"]
    for key in acme.redis.scan_iter(f"*{ASHA.identity}*"):
        assert b":seen:" in key or acme.redis.ttl(key) > 0, key


def test_a_large_delivery_is_taken(acme: Service, line: Line) -> None:
    raw = json.dumps({"object": "whatsapp_business_account", "entry": ["x" * 100_000] * 20})
    answer = acme.request("POST", "/channels/whatsapp/acme", raw=raw.encode())
    assert answer.error["type"] == "unauthorized"
