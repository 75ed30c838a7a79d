"""A WhatsApp channel over a fake Meta, and people who write to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from flowhook.organisations.cipher import Cipher
from flowhook.providers.requests_transport import RequestsTransport
from flows.channels.inbound import Inbound
from flows.channels.whatsapp.channel import WhatsAppChannel
from flows.channels.whatsapp.inbound import read_delivery
from tests.fakes.graph import FakeGraph, Line, Person
from tests.fixtures_app import FIRST_KEY

ORG = "acme"


ASHA = Person("919876543210", "IN.1234567890")


RAVI = Person("918888888888", "IN.999", "Ravi")


HIDDEN = Person(user_id="US.13491208655302741918")


class World:
    """A channel over a fake Meta; deliveries reach it at once, its queues are drained on demand.

    Wake-ups are noted; time is the fake's.
    """

    def __init__(self, redis: Any, graph: FakeGraph, line: Line) -> None:
        self.redis = redis
        self.graph = graph
        self.line = line
        self.section: dict[str, Any] = dict(line.settings())
        self.wakes: list[tuple[str, float]] = []
        self.told: list[str] = []
        self.channel = self.open()
        line.post = self.deliver

    def open(self) -> WhatsAppChannel:
        """A channel as a new process has it."""
        return WhatsAppChannel(
            self.redis,
            Cipher([FIRST_KEY]),
            lambda org: self.section,
            RequestsTransport(),
            wake=self._wake,
            base_url=self.graph.base_url,
            clock=lambda: self.graph.now,
        )

    def _wake(self, org: str, contact: str, seconds: float) -> None:
        self.wakes.append((contact, seconds))

    def deliver(self, raw: bytes, headers: Mapping[str, str]) -> int:
        for found in read_delivery(orjson.loads(raw), self.line.phone_number_id):
            if isinstance(found, Inbound):
                self.channel.accept(ORG, found)
            else:
                self.channel.note(ORG, found)  # type: ignore[arg-type]
        return 200

    def says(self, person: Person, text: str) -> None:
        assert self.graph.writes(self.line, person, text) == 200

    def inbound(self, person: Person = ASHA) -> list[Inbound]:
        found: list[Inbound] = []
        self.channel.drain_inbox(ORG, person.identity, lambda inbound, _: found.append(inbound))
        return found

    def put(self, *messages: tuple[Mapping[str, Any], float], to: Person = ASHA) -> None:
        """A turn's messages, each with its delay in seconds, put into the outbox as a turn does."""
        items = self.channel.items(ORG, messages)
        self.channel.outbox.list_organisation(ORG)
        for effect in self.channel.outbox.filling(ORG, to.identity, items):
            self.redis.execute_command(*effect)

    def send(self, *messages: Mapping[str, Any], to: Person = ASHA) -> None:
        self.put(*((message, 0.0) for message in messages), to=to)
        self.drain(to)

    def drain(self, to: Person = ASHA) -> float | None:
        return self.channel.send_out(ORG, to.identity, self.told.append).again_in

    def dead(self) -> list[str]:
        return [dead.reason for dead in self.channel.outbox.dead(ORG)]


def text(body: str) -> dict[str, Any]:
    return {"type": "text", "text": body}


LONG = {
    "type": "list",
    "text": "Which?",
    "options": [{"title": f"A rather long option number {number}"} for number in range(1, 13)],
    "interactive": {"msgid": "node-9"},
}
