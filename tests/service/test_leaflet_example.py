"""The sample flow `ask_leaflet`, with the service's own parts, from the leaflet to the nurse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from tests.fakes.graph import FakeGraph, Line, Person
from tests.fakes.openai import FakeOpenAI
from tests.fakes.reading_model import reading_model
from tests.fixtures_app import OpenService, Service
from tests.fixtures_jobs import JobsService
from tests.flows.test_examples import bring
from tests.waiting import wait_for

ASHA, RAVI = Person("919876543210", "IN.1"), Person("918888888888", "IN.2", "Ravi")
LEAFLET = """# Our clinic

The clinic opens at 9 in the morning, from Monday to Friday, and closes at 5.

# Vaccines

Children get the measles vaccine free of charge on Tuesdays. Bring the child's card.
"""
PAPAYA = "May I eat papaya while I am pregnant?"
ANSWER = "Yes, a little of it, if it is ripe."


class Clinic:
    """An organisation on WhatsApp with a leaflet, a model that reads, and a nurse."""

    def __init__(self, service: Service, graph: FakeGraph, line: Line, openai: FakeOpenAI) -> None:
        self.service, self.graph, self.line, self.openai = service, graph, line, openai
        service.organisation(openai)
        openai.say_by(reading_model)
        self.nurse = service.token("acme", "expert")
        assert service.admin("PUT", "/settings/acme/answers", {"is_active": True}).status == 201
        assert service.admin("PUT", "/knowledge/acme/leaflet", {"title": "Leaflet"}).status == 201
        document = {"title": "Our clinic", "text": LEAFLET}
        path = "/knowledge/acme/leaflet/documents"
        assert service.admin("POST", path, document).status == 202
        wait_for(self.is_read, "the leaflet to be read", seconds=60)
        bring(service, "ask_leaflet")

    def is_read(self) -> bool:
        (document,) = self.service.admin("GET", "/knowledge/acme/leaflet/documents").json[
            "documents"
        ]
        assert document["status"] != "failed", document
        return bool(document["status"] == "ready")

    def writes(self, person: Person, text: str) -> list[str]:
        """What the contact is sent in reply."""
        before = len(self.graph.texts(person.phone))
        assert self.graph.writes(self.line, person, text) == 200
        wait_for(self.service.background.waker.look, "a contact to be due")
        return self.graph.texts(person.phone)[before:]

    def answers(self, item: str) -> None:
        body = {"answer": ANSWER, "approve": True}
        path = f"/inbox/acme/{item}/answer"
        assert self.service.request("POST", path, body, token=self.nurse).status == 200

    def waiting(self) -> list[dict[str, Any]]:
        listed = self.service.request("GET", "/inbox/acme", token=self.nurse)
        found: list[dict[str, Any]] = listed.json["items"]
        return found

    def last_sent(self, person: Person) -> str:
        self.service.background.waker.look()
        return self.graph.texts(person.phone)[-1]

    def results(self, person: Person) -> dict[str, Any]:
        path = f"/conversations/acme/{person.identity}"
        found: dict[str, Any] = self.service.admin("GET", path).json["results"]
        return found


@pytest.fixture
def clinic(
    on_whatsapp: OpenService,
    fake_redis: redis.Redis,
    graph: FakeGraph,
    line: Line,
    openai: FakeOpenAI,
) -> Iterator[Clinic]:
    service = on_whatsapp(fake_redis)
    jobs = JobsService(service)
    jobs.start_worker()
    yield Clinic(service, graph, line, openai)
    jobs.stop_worker()


def test_what_the_leaflet_does_not_say_a_nurse_says_and_the_next_gets_it_at_once(
    clinic: Clinic, openai: FakeOpenAI
) -> None:
    clinic.writes(ASHA, "leaflet")
    (found,) = clinic.writes(ASHA, "When does the clinic open in the morning?")
    assert "opens at 9" in found
    leaflet = clinic.results(ASHA)["leaflet"]
    assert (leaflet["found"], leaflet["source"]) == (True, "model")
    assert leaflet["sources"][0]["title"] == "Our clinic"

    asked = clinic.writes(ASHA, PAPAYA)
    assert asked == ["Our leaflet does not say. I ask a nurse, who will answer you here."]
    (item,) = clinic.waiting()
    assert (item["question"], item["flow_name"]) == (PAPAYA, "Ask the leaflet")
    clinic.answers(item["id"])
    wait_for(lambda: clinic.last_sent(ASHA).startswith(f"Our nurse says: {ANSWER}"), "the answer")
    assert clinic.waiting() == []

    clinic.writes(RAVI, "leaflet")
    requests = len(openai.requests)
    (reply,) = clinic.writes(RAVI, PAPAYA)
    assert reply.startswith(ANSWER)
    assert clinic.results(RAVI)["leaflet"]["source"] == "approved"
    assert len(openai.requests) == requests, "no model was asked"
    assert clinic.waiting() == []
    clinic.service.flush()
    (last, *_) = clinic.service.admin("GET", "/logs/acme?function=filesearch-gpt").json["logs"]
    assert (last["status"], last["source"]) == ("ok", "approved")
    assert not last.get("input_tokens") and not last.get("output_tokens")
