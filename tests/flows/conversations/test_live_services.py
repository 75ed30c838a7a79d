"""What a conversation may use of the service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from typing import Any

import pytest
import redis

from flowhook.organisations.organisation import Organisation
from flowhook.providers.guard import AddressGuard
from flows.conversations.author_requests import AuthorHttpClient
from flows.conversations.live_services import LiveServices, in_time
from flows.model.contact import Contact
from flows.model.session import WebhookAnswer
from flows.sheets.access import NO_SHEETS
from tests.flows.building import export_of
from tests.flows.room import ORG, Room

SECTIONS: dict[str, Any] = {
    "globals": {"values": {"org": "Pratham"}},
    "timezone": {"name": "Africa/Nairobi"},
}


ASKER: dict[str, Any] = {"id": "7", "name": "Asha", "fields": {"language": {"label": "Hindi"}}}


class Calls:
    """Functions that keep what they were asked, and whether the turn was being kept then."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, Any], bool]] = []
        self.is_kept = False

    def __call__(
        self, organisation: Organisation, name: str, body: Mapping[str, Any]
    ) -> WebhookAnswer:
        self.asked.append((organisation.id, name, dict(body), self.is_kept))
        return WebhookAnswer(200, {"a": 1})

    @contextmanager
    def working(self) -> Iterator[None]:
        self.is_kept = True
        yield
        self.is_kept = False


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def room(fake_redis: redis.Redis) -> Room:
    room = Room(fake_redis)
    room.publish({"uuid": "f", "keywords": ["Help!"], "nodes": [{"id": "n", "send": "x"}]})
    return room


def services(room: Room, calls: Calls, sections: Mapping[str, Any] = SECTIONS) -> LiveServices:
    return LiveServices(
        Organisation(ORG, sections, {}),
        room.flows,
        room.flows.library(ORG),
        calls,
        AuthorHttpClient(AddressGuard()),
        NO_SHEETS,
        calls.working,
        {"8": Contact("8", "Ravi")}.get,
    )


def test_globals_and_the_calendar_are_the_organisations(room: Room, calls: Calls) -> None:
    own = services(room, calls)
    assert (own.organization_id, own.globals, own.timezone) == (
        ORG,
        {"org": "Pratham"},
        "Africa/Nairobi",
    )
    bare = services(room, calls, {})
    assert (bare.globals, bare.timezone) == ({}, "Asia/Kolkata")
    assert bare.now().tzinfo is UTC


def test_the_turn_is_kept_while_a_function_works(room: Room, calls: Calls) -> None:
    assert services(room, calls).call_webhook("chat", {"q": "Why?"}, ASKER) == WebhookAnswer(
        200, {"a": 1}
    )
    assert calls.asked == [(ORG, "chat", {"q": "Why?"}, True)]
    assert not calls.is_kept


@pytest.mark.parametrize(
    ("told", "contact"),
    [
        ({}, ASKER),
        ({"contact": "7"}, ASKER),
        ({"contact": {"name": "Asha Devi"}}, {**ASKER, "name": "Asha Devi"}),
    ],
)
def test_guardrails_know_who_asks(
    room: Room, calls: Calls, told: dict[str, Any], contact: dict[str, Any]
) -> None:
    services(room, calls, {"guardrails": {}}).call_webhook("chat", told, ASKER)
    assert calls.asked == [(ORG, "chat", {"contact": contact}, True)]


def test_what_would_be_answered_later_is_answered_in_time(room: Room, calls: Calls) -> None:
    own = services(room, calls)
    body = {"q": "Why?", "wait_seconds": 0, "callback_url": "https://x.org"}
    in_time(own.functions)(own.organisation, "chat", body)
    assert calls.asked == [(ORG, "chat", {"q": "Why?"}, False)]


def test_flows_are_found_at_their_revisions(room: Room, calls: Calls) -> None:
    first = room.flows.entry(ORG, "f").draft.revision
    room.publish({"uuid": "f", "keywords": ["new"], "nodes": [{"id": "m", "send": "y"}]})
    own = services(room, calls)

    def nodes(**more: Any) -> list[str]:
        flow = own.find_flow("f", **more)
        return list(flow.nodes) if flow else []

    assert nodes() == nodes(draft=True) == ["m"]
    assert nodes(revision=first) == ["n"]
    assert nodes(revision=first + 999_999) == []
    assert own.find_keyword("new") == own.find_keyword("new", draft=True) == "f"
    assert own.find_keyword("help") is None
    assert own.find_template_flow("f") is None
    room.flows.delete(ORG, "f", "me")
    gone = services(room, calls)
    assert gone.find_flow("f", revision=first) is None


def test_a_draft_is_found_only_as_one(room: Room, calls: Calls) -> None:
    flow = {"uuid": "g", "keywords": ["g"], "nodes": [{"id": "g1", "send": "x"}]}
    room.flows.add(ORG, export_of([flow]))
    own = services(room, calls)
    assert own.find_flow("g") is None
    found = own.find_flow("g", draft=True)
    assert found is not None
    assert list(found.nodes) == ["g1"]
    assert own.find_keyword("g") is None
    assert own.find_keyword("g", draft=True) == "g"


def test_other_contacts_are_looked_up(room: Room, calls: Calls) -> None:
    own = services(room, calls)
    assert own.find_contact("8") == Contact("8", "Ravi")
    assert own.find_contact("9") is None
