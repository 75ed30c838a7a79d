"""Flows that start without a keyword: for new contacts, outside any flow, outside the office."""

from __future__ import annotations

from datetime import datetime

import pytest
import redis

from flows.conversations.occasions import flow_named
from flows.engine.lifecycle import NEW_CONTACT, NO_FLOW
from flows.model.session import Message
from tests.fixtures_app import Service
from tests.flows.room import ORG, Room
from tests.flows.talking import GREETING, publish, say, texts

NAMES = ("menu", "welcome", "closed")
FLOWS = [
    {
        "uuid": f"uuid-{name}",
        "name": name,
        "keywords": [name],
        "nodes": [{"id": f"{name}1", "send": f"This is {name} @results.flow_keyword.input"}],
    }
    for name in NAMES
]


def settings(service: Service, **values: object) -> None:
    answer = service.admin("PUT", f"/settings/{service.tenant.id}/flows", values)
    assert answer.status == 201, answer.body


@pytest.fixture
def flows(service: Service) -> Service:
    service.organisation()
    publish(service, *FLOWS, GREETING)
    return service


def test_without_settings_an_unknown_word_starts_nothing(flows: Service) -> None:
    assert texts(say(flows, "what?")) == []


def test_an_unknown_word_outside_any_flow_starts_the_default_flow(flows: Service) -> None:
    settings(flows, default="menu")
    assert texts(say(flows, "what?")) == ["This is menu what"]
    assert texts(say(flows, "again")) == ["This is menu again"]
    assert texts(say(flows, "hello")) == ["What is your name?"]
    assert texts(say(flows, "Asha")) == ["Hello Asha"]  # in a flow: no unknown word


def test_a_flow_is_named_by_its_uuid_too(flows: Service) -> None:
    settings(flows, default="uuid-menu")
    assert texts(say(flows, "what?")) == ["This is menu what"]


def test_a_contact_who_stopped_is_left_in_peace(flows: Service) -> None:
    stop = {"uuid": "stop", "name": "Stop", "keywords": ["stop"]}
    optout = {"type": "set_contact_field", "field": {"key": "settings", "name": "Settings"}}
    node = {"id": "s1", "actions": [{**optout, "value": "optout"}]}
    publish(flows, {**stop, "nodes": [node]})
    settings(flows, default="menu")
    assert texts(say(flows, "stop")) == []
    assert texts(say(flows, "what?")) == []


def test_the_first_message_of_a_contact_starts_the_flow_for_new_ones(flows: Service) -> None:
    settings(flows, new_contact="welcome")
    assert texts(say(flows, "hello")) == ["This is welcome hello"]
    assert texts(say(flows, "hello")) == ["What is your name?"]
    assert len(texts(say(flows, {"flow": "menu"}, contact="8"))) == 1
    assert texts(say(flows, "what?", contact="8")) == []  # known by then


def test_a_flow_that_is_not_there_is_told_in_the_transcript(flows: Service) -> None:
    settings(flows, default="gone")
    assert texts(say(flows, "what?")) == []
    told = flows.admin("GET", f"/conversations/{flows.tenant.id}/7").json["transcript"]
    assert "the settings name a flow that is not there" in str(told)


@pytest.mark.parametrize(
    ("word", "answer"), [("hello", "What is your name?"), ("what?", "This is menu what")]
)
def test_a_new_contact_is_answered_though_their_flow_is_not_there(
    flows: Service, word: str, answer: str
) -> None:
    settings(flows, default="menu", new_contact="gone")
    assert texts(say(flows, word)) == [answer]
    told = flows.admin("GET", f"/conversations/{flows.tenant.id}/7").json["transcript"]
    assert [one["flow"] for one in told if one["type"] == "flow_failed"] == ["gone"]


@pytest.mark.parametrize(
    ("occasion", "hour", "named"),
    [
        (NO_FLOW, 12, "menu"),
        (NO_FLOW, 20, "closed"),
        (NEW_CONTACT, 20, "welcome"),
    ],
)
def test_outside_the_office_hours(occasion: str, hour: int, named: str) -> None:
    section = {
        "default": "menu",
        "new_contact": "welcome",
        "out_of_office": {"flow": "closed", "hours": "Mon-Sun 09:00-18:00"},
    }
    assert flow_named(section, occasion, datetime(2026, 11, 23, hour)) == named


@pytest.mark.parametrize(
    ("timezone", "started"), [("Asia/Kolkata", "menu"), ("Africa/Nairobi", "closed")]
)
def test_the_hours_are_in_the_organisations_zone(
    fake_redis: redis.Redis, timezone: str, started: str
) -> None:
    """It is 12:00 on a Friday in Kolkata, and 9:30 in Nairobi."""
    closed = {"flow": "closed", "hours": "Fri 11:55-12:05"}
    section = {"default": "menu", "out_of_office": closed}
    room = Room(fake_redis, sections={"flows": section, "timezone": {"name": timezone}})
    room.publish(*FLOWS)
    answer = room.conversations.receive(ORG, "7", Message(text="what?"))
    assert [one["text"] for one in answer["messages"]] == [f"This is {started} what"]
