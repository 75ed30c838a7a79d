"""Deliveries of WhatsApp messages as large as they may be."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from service.job_worker import RUN_WORKER
from tests.fakes.graph import FakeGraph, Line, Person
from tests.fakes.graph.deliveries import signed, wrapped
from tests.flows.talking import export
from tests.service.server import Server
from tests.waiting import wait_for

MESSAGES = 8_000
PEOPLE = 2_000
EMPTY = 200_000
TALKING = 200


@pytest.fixture
def graph() -> Iterator[FakeGraph]:
    with FakeGraph() as running:
        running.now = time.time()
        yield running


@pytest.fixture
def server(tmp_path: Path, graph: FakeGraph, request: pytest.FixtureRequest) -> Iterator[Server]:
    environment = {"WHATSAPP_BASE_URL": graph.base_url, "WEB_CONCURRENCY": "1"}
    with Server(tmp_path, **environment, **getattr(request, "param", {})) as running:
        yield running


def subscribed(server: Server, graph: FakeGraph) -> Line:
    line = graph.add_line()
    saved = server.request("PUT", "/settings/acme/whatsapp", line.settings())
    assert saved.status_code == 201
    return line


def deliver(server: Server, line: Line, value: dict[str, Any]) -> requests.Response:
    raw, headers = signed(line.app_secret, wrapped("waba", line.phone_number_id, value))
    assert len(raw) < 4 * 1024 * 1024
    return requests.post(
        f"{server.url}/channels/whatsapp/acme", data=raw, headers=headers, timeout=60
    )


def texts(graph: FakeGraph, line: Line, people: list[Person], count: int, text: str) -> Any:
    """The value of a delivery in which these people write by turns."""
    sent = []
    for number in range(count):
        person = people[number % len(people)]
        known = {"timestamp": str(int(graph.now)), "type": "text", "id": f"wamid.{number}"}
        sent.append({**person.as_sender(), **known, "text": {"body": text}})
        line.last_inbound[person.identity] = graph.now
        line.received.add(known["id"])
    return {"contacts": [person.as_contact() for person in people], "messages": sent}


def some_people(count: int) -> list[Person]:
    return [Person(f"9198{number:08}", name=f"N{number}") for number in range(count)]


def test_thousands_of_messages_are_each_kept_once(server: Server, graph: FakeGraph) -> None:
    line = subscribed(server, graph)
    value = texts(graph, line, some_people(PEOPLE), MESSAGES, "x" * 300)
    for _ in range(2):  # Meta repeats what it thinks was not taken
        assert deliver(server, line, value).json() == {"success": True}
    with server.redis() as store:
        queues = list(store.scan_iter(match="fh:{acme}:inbox:*", count=10_000, _type="list"))
        assert sum(store.llen(key) for key in queues) == MESSAGES


def test_others_are_answered_while_a_delivery_is_read(server: Server, graph: FakeGraph) -> None:
    line = subscribed(server, graph)
    over = threading.Event()
    answered = []

    def ask() -> None:
        with requests.Session() as session:
            while not over.is_set():
                answered.append(session.get(f"{server.url}/healthz", timeout=60).status_code)

    asking = threading.Thread(target=ask)
    asking.start()
    wait_for(lambda: answered, "the first answer")
    before = len(answered)
    assert deliver(server, line, {"messages": [{}] * EMPTY}).ok
    meanwhile = len(answered) - before
    over.set()
    asking.join()
    assert meanwhile > 3
    [line_of_log] = [one for one in server.lines() if "skipped" in one.get("message", "")]
    assert line_of_log["parts"] == EMPTY


@pytest.mark.parametrize("server", [{RUN_WORKER: "True"}], indirect=True)
def test_everyone_in_a_delivery_is_answered_once(server: Server, graph: FakeGraph) -> None:
    line = subscribed(server, graph)
    server.request("PUT", "/settings/acme/openai", {"is_active": True, "api_key": "sk-none"})
    nodes = [{"id": "a", "send": "Hello @contact.name"}]
    flow = {"uuid": "one", "name": "One", "keywords": ["hello"], "nodes": nodes}
    assert server.request("POST", "/flows/acme", export(flow)).ok
    assert server.request("POST", "/flows/acme/one/publish", {}).ok
    people = some_people(TALKING)
    value = texts(graph, line, people, TALKING, "hello")
    for _ in range(2):
        assert deliver(server, line, value).ok
    wait_for(lambda: len(graph.sent) >= TALKING, "the answers", seconds=60)
    expected = Counter((person.phone, f"Hello {person.name}") for person in people)
    assert Counter((sent.to, sent.body["text"]["body"]) for sent in graph.sent) == expected
