"""The inbox and conversations, from a contact's question to a person's answer on their phone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from answers.inbox.inbox import Inbox
from flowhook.organisations.inbox_schema import PAUSE_MESSAGES
from tests.fakes.graph import FakeGraph, Line, Person
from tests.fixtures_app import OpenService, Service
from tests.fixtures_jobs import JobsService
from tests.flows.talking import publish, say, texts
from tests.waiting import wait_for

ASHA = Person("919876543210", "IN.1234567890")
TICKET = {"type": "open_ticket", "topic": {"uuid": "t", "name": "Crops"}, "body": "@results.what"}
HELP: dict[str, Any] = {
    "uuid": "help",
    "name": "Help",
    "keywords": ["help"],
    "nodes": [
        {"id": "ask", "send": "What is it?", "to": "wait"},
        {"id": "wait", "wait": {"result": "what"}, "else": "ticket"},
        {"id": "ticket", "ask": TICKET, "success": "thanks", "failure": "thanks"},
        {"id": "thanks", "send": "Somebody will answer.", "to": "next"},
        {"id": "next", "wait": {"result": "next"}, "else": "heard"},
        {"id": "heard", "send": "You said @results.next"},
    ],
}
DAY = 86_400


class Farm:
    """An organisation on WhatsApp, with a worker, a flow that asks people, and an expert."""

    def __init__(self, service: Service, graph: FakeGraph, line: Line) -> None:
        self.service, self.graph, self.line = service, graph, line
        publish(service, HELP)
        self.expert = service.token("acme", "expert")
        self.inbox: Inbox = service.app.extensions[Inbox.NAME]

    def writes(self, text: str) -> list[str]:
        """A contact's message; what was sent to them since."""
        before = len(self.graph.texts())
        assert self.graph.writes(self.line, ASHA, text) == 200
        wait_for(self.service.background.waker.look, "a contact to be due")
        return self.graph.texts()[before:]

    def sent(self) -> list[str]:
        self.service.background.waker.look()
        return self.graph.texts()

    def asks(self, what: str = "My rice is yellow") -> str:
        """The id of the item that the contact's question becomes."""
        self.writes("help")
        assert self.writes(what) == ["Somebody will answer."]
        return self.open()[0]["id"]

    def open(self, query: str = "") -> list[dict[str, Any]]:
        listed = self.service.admin("GET", f"/inbox/acme{query}")
        assert listed.status == 200, listed.body
        found: list[dict[str, Any]] = listed.json["items"]
        return found

    def show(self, item: str) -> dict[str, Any]:
        return self.service.admin("GET", f"/inbox/acme/{item}").json

    def act(self, item: str, act: str, body: Any = None) -> None:
        path = f"/inbox/acme/{item}/{act}"
        answer = self.service.request("POST", path, body, token=self.expert)
        assert answer.status == 200, answer.body

    def take(self, item: str, status: str = "paused") -> None:
        self.act(item, "assign", {"to": "Bina"})
        self.wait_status(status)

    def wait_status(self, status: str) -> None:
        wait_for(lambda: self.conversation()["status"] == status, f"the status {status}")

    def answer(self, item: str, text: str) -> dict[str, Any]:
        self.act(item, "answer", {"answer": text})
        wait_for(lambda: self.show(item)["delivery"]["status"] == "delivered", "the delivery")
        return self.show(item)

    def conversation(self) -> dict[str, Any]:
        return self.service.admin("GET", f"/conversations/acme/{ASHA.identity}").json


@pytest.fixture
def farm(on_whatsapp: OpenService, any_redis: Any, graph: FakeGraph, line: Line) -> Iterator[Farm]:
    service = on_whatsapp(any_redis)
    line.templates.add(("come_back", "en"))
    template = {**line.settings(), "template_name": "come_back"}
    assert service.operator("PUT", "/settings/acme/whatsapp", template).status == 200
    jobs = JobsService(service)
    jobs.start_worker()
    yield Farm(service, graph, line)
    jobs.stop_worker()


def test_a_ticket_is_in_the_inbox_and_its_answer_on_whatsapp(farm: Farm) -> None:
    item_id = farm.asks()
    item = farm.show(item_id)
    told = {name: item[name] for name in ("kind", "question", "context", "flow", "flow_name")}
    assert told == {
        "kind": "ticket",
        "question": "My rice is yellow",
        "context": "Crops",
        "flow": "help",
        "flow_name": "Help",
    }
    assert (item["contact"], item["delivery"]["kind"]) == (ASHA.identity, "conversation")
    said = [(one["who"], one["text"]) for one in item["said"]]
    assert said == [
        ("contact", "help"),
        ("bot", "What is it?"),
        ("contact", "My rice is yellow"),
        ("bot", "Somebody will answer."),
    ]
    assert farm.answer(item_id, "Give it zinc.")["delivery"]["note"] == ""
    wait_for(lambda: farm.sent()[-1] == "Give it zinc.", "the answer on WhatsApp")
    entry = next(one for one in farm.conversation()["transcript"] if one.get("by"))
    assert entry["text"] == "Give it zinc." and entry["by"].endswith(" expert")
    assert farm.writes("Thanks") == ["You said Thanks"]
    assert farm.sent().count("Give it zinc.") == 1


def test_while_a_person_has_it_the_bot_rests(farm: Farm) -> None:
    item_id = farm.asks()
    farm.take(item_id)
    assert farm.writes("It is worse") == [PAUSE_MESSAGES["en"]]
    assert farm.writes("Much worse") == []
    later = [(one["who"], one["text"]) for one in farm.show(item_id)["said"][4:]]
    assert later == [("contact", "It is worse"), ("contact", "Much worse")]
    say_path = f"/conversations/acme/{ASHA.identity}/say"
    said = farm.service.request("POST", say_path, {"text": "How old?"}, token=farm.expert)
    assert said.status == 200
    farm.answer(item_id, "Give it zinc.")
    wait_for(lambda: farm.sent()[-2:] == ["How old?", "Give it zinc."], "both")
    assert farm.writes("Thanks") == ["You said Thanks"]


@pytest.mark.parametrize(("act", "body"), [("close", None), ("assign", {"to": ""})])
def test_the_bot_goes_on_when_a_person_gives_it_back(farm: Farm, act: str, body: Any) -> None:
    item_id = farm.asks()
    farm.take(item_id)
    farm.act(item_id, act, body)
    farm.wait_status("waiting")
    assert farm.writes("Thanks") == ["You said Thanks"]
    assert len(farm.show(item_id)["said"]) == 4


def test_the_words_are_the_organisations_own(farm: Farm) -> None:
    words = {"pause_message": "Bina reads this."}
    assert farm.service.operator("PUT", "/settings/acme/inbox", words).status == 201
    farm.take(farm.asks())
    assert farm.writes("It is worse") == ["Bina reads this."]


def test_an_answer_after_24_hours_waits_for_the_contact(farm: Farm, graph: FakeGraph) -> None:
    graph.now = time.time() - DAY
    farm.graph.writes(farm.line, ASHA, "help")
    wait_for(farm.service.background.waker.look, "a contact to be due")
    (undelivered,) = wait_for(lambda: due(farm), "the message that was too late")
    assert (undelivered["question"], undelivered["kind"]) == ("What is it?", "undelivered")
    assert undelivered["contact"] == ASHA.identity
    shown = farm.answer(undelivered["id"], "What do you need?")
    assert shown["delivery"]["note"].startswith("WhatsApp takes no words now")
    graph.now = time.time()
    assert graph.texts() == []
    assert farm.writes("My rice is yellow") == ["What do you need?", "Somebody will answer."]


def due(farm: Farm) -> list[dict[str, Any]]:
    """What was not delivered, once the sweep has told of it."""
    people = farm.service.background.waker.conversations.people
    assert people is not None
    people.queue.due_queues.clock = lambda: time.time() + 60
    people.sweep()
    return farm.open("?kind=undelivered")


def test_closing_what_was_not_delivered_acknowledges_it(farm: Farm, graph: FakeGraph) -> None:
    graph.now = time.time() - DAY
    farm.graph.writes(farm.line, ASHA, "help")
    wait_for(farm.service.background.waker.look, "a contact to be due")
    (item,) = wait_for(lambda: due(farm), "the message that was too late")
    farm.act(item["id"], "close")
    assert due(farm) == []
    assert farm.open() == []


def test_a_contact_of_the_api_gets_the_answer_with_the_next_message(farm: Farm) -> None:
    say(farm.service, "help")
    assert texts(say(farm.service, "My rice is yellow")) == ["Somebody will answer."]
    (item,) = farm.open()
    note = farm.answer(item["id"], "Give it zinc.")["delivery"]["note"]
    assert note == "The contact gets the answer with their next message."
    shown = farm.service.admin("GET", "/conversations/acme/7").json["transcript"][-1]
    assert (shown["text"], shown["kept"]) == ("Give it zinc.", True)
    assert texts(say(farm.service, "Thanks")) == ["Give it zinc.", "You said Thanks"]
