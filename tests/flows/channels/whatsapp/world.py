"""A WhatsApp channel over a fake Meta, and people who write to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from flowhook.organisations.cipher import Cipher
from flowhook.providers.transport import RequestsTransport
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
    """A channel over a fake Meta; deliveries reach it at once, lanes are drained on demand.

    Wake-ups are noted; time is the fake's.
    """

    def __init__(self, redis: Any, graph: FakeGraph, line: Line) -> None:
        self.redis = redis
        self.graph = graph
        self.line = line
        self.section: dict[str, Any] = dict(line.settings())
        self.wakes: list[tuple[str, str, float]] = []
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
            wake_inbox=self._wake("in"),
            wake_outbox=self._wake("out"),
            base_url=self.graph.base_url,
            clock=lambda: self.graph.now,
        )

    def _wake(self, way: str) -> Callable[[str, str, float], None]:
        return lambda org, contact, seconds: self.wakes.append((way, contact, seconds))

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
        self.channel.drain_inbox(ORG, person.identity, found.append)
        return found

    def send(self, key: str, *messages: Mapping[str, Any], to: Person = ASHA) -> None:
        self.channel.deliver(ORG, to.identity, key, [(message, 0.0) for message in messages])
        self.drain(to)

    def drain(self, to: Person = ASHA) -> float | None:
        return self.channel.drain_outbox(ORG, to.identity, self.told.append).again_in

    def dead(self) -> list[str]:
        return [dead.reason for dead in self.channel.outbox.lanes.dead(ORG)]


def text(body: str) -> dict[str, Any]:
    return {"type": "text", "text": body}


LONG = {
    "type": "list",
    "text": "Which?",
    "options": [{"title": f"A rather long option number {number}"} for number in range(1, 13)],
    "interactive": {"msgid": "node-9"},
}
