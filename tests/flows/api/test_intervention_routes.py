"""What people do in conversations, over HTTP."""

from __future__ import annotations

import time

import pytest
import redis

from tests.fakes.graph import FakeGraph, Line, Person
from tests.fixtures_app import OpenService, Service
from tests.flows.talking import GREETING, publish, say, texts
from tests.waiting import wait_for

ASHA = Person("919876543210", "IN.1234567890")


@pytest.fixture
def acme(service: Service) -> Service:
    service.organisation()
    publish(service, GREETING)
    say(service, "hello")
    return service


def act(service: Service, what: str, body: object = None, contact: str = "7") -> dict[str, object]:
    answer = service.admin("POST", f"/conversations/acme/{contact}/{what}", body)
    assert answer.status == 200, answer.body
    return answer.json


def test_a_pause_and_its_end(acme: Service) -> None:
    assert act(acme, "pause")["status"] == "paused"
    assert say(acme, "Asha").json["messages"] == []
    assert acme.admin("GET", "/conversations/acme/7").json["status"] == "paused"
    assert act(acme, "unpause")["status"] == "waiting"
    assert texts(say(acme, "Asha")) == ["Hello Asha"]
    transcript = acme.admin("GET", "/conversations/acme/7").json["transcript"]
    notes = [(one["type"], one["by"]) for one in transcript if "by" in one]
    assert [kind for kind, _ in notes] == ["paused", "unpaused"]
    assert all(by.startswith("token ") for _, by in notes)


def test_a_flow_is_restarted_and_moved(acme: Service) -> None:
    assert act(acme, "move", {"node": "thank"})["status"] == "completed"
    assert act(acme, "restart")["node"] == "wait"


def test_nothing_can_be_said_to_a_contact_of_the_api(acme: Service) -> None:
    answer = acme.admin("POST", "/conversations/acme/7/say", {"text": "Good morning"})
    assert (answer.status, answer.error["type"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [
        ("say", {}, 400),
        ("say", {"text": "x" * 5000}, 400),
        ("say", {"text": "x", "by": "me"}, 400),
        ("move", {"node": "nowhere"}, 404),
        ("move", {}, 400),
    ],
)
def test_what_cannot_be_done_is_told(
    acme: Service, what: str, body: dict[str, str], status: int
) -> None:
    assert acme.admin("POST", f"/conversations/acme/7/{what}", body).status == status


@pytest.mark.parametrize("what", ["pause", "unpause", "say", "restart", "move"])
def test_who_is_not_known(acme: Service, what: str) -> None:
    body = {"say": {"text": "x"}, "move": {"node": "wait"}}.get(what)
    path = f"/conversations/acme/nobody/{what}"
    assert acme.admin("POST", path, body).status == 404
    assert acme.request("POST", path, {"wrong": 1}).status == 401
    assert acme.operator("POST", f"/conversations/none/7/{what}", body).status == 404
    assert acme.admin("POST", f"/conversations/acme/a b/{what}", body).status == 400


def test_a_person_talks_with_a_contact_on_whatsapp(
    on_whatsapp: OpenService, real_redis: redis.Redis, graph: FakeGraph, line: Line
) -> None:
    service = on_whatsapp(real_redis)

    def hear(words: str) -> None:
        graph.writes(line, ASHA, words)
        work()

    def work() -> None:
        wait_for(service.background.waker.look, "a contact to be due")

    def act_on(what: str, body: object = None) -> None:
        act(service, what, body, ASHA.phone)

    publish(service, GREETING)
    hear("hello")
    act_on("pause")
    hear("I have a question")
    act_on("say", {"text": "Good morning, this is Bina."})
    work()
    assert graph.texts() == ["What is your name?", "Good morning, this is Bina."]
    act_on("unpause")
    hear("Asha")
    assert graph.texts()[2:] == ["Hello Asha"]
    service.app.extensions["whatsapp"].window.close("acme", ASHA.phone, time.time())
    act_on("say", {"text": "Are you there?"})
    work()
    shown = service.admin("GET", f"/conversations/acme/{ASHA.phone}").json["transcript"]
    assert shown[-1]["reason"].startswith("window_closed")
    assert [one["text"] for one in shown if one["direction"] == "in"] == [
        "hello",
        "I have a question",
        "Asha",
    ]
    found = service.admin("GET", "/conversations/acme?q=98765 43210").json["conversations"]
    assert [(one["contact"], one["last_message"]) for one in found] == [(ASHA.phone, "Asha")]
