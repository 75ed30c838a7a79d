"""What a turn does outside its contact's own session."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.redis.connect import Client
from flows.conversations import effects
from flows.conversations.turn import ContactUpdate
from flows.model.session import Message
from tests.flows.room import ORG, Room, starting


def say(room: Room, text: str, contact: str = "7", **known: Any) -> list[str]:
    answer = room.conversations.receive(
        ORG, contact, Message(text=text), known=ContactUpdate(**known)
    )
    return [message["text"] for message in answer["messages"]]


def test_a_flow_is_started_for_other_contacts_and_groups(any_redis: Client) -> None:
    join = {"type": "add_contact_groups", "groups": [{"uuid": "x", "name": "Staff"}]}
    start = {
        "type": "start_session",
        "contacts": [{"uuid": "8", "name": "Ravi"}, {"uuid": "unknown", "name": "?"}],
        "create_contact": False,
        "flow": {"uuid": "told", "name": "Told"},
        "groups": [],
        "exclusions": {},
    }
    room = Room(any_redis)
    room.publish(
        {"uuid": "join", "keywords": ["join"], "nodes": [{"id": "j", "actions": [join]}]},
        {"uuid": "told", "nodes": [{"id": "m", "send": "Told by @results.parent.word"}]},
    )
    say(room, "join", contact="8")
    say(room, "join", contact="9")
    contact = room.conversations.show(ORG, "9")["contact"]
    number = next(iter(contact["groups"]))
    start["groups"] = [{"uuid": number, "name": "Staff"}]
    word = {"type": "set_run_result", "name": "word", "value": "Asha", "category": ""}
    room.publish(
        {"uuid": "tell", "keywords": ["tell"], "nodes": [{"id": "t", "actions": [word, start]}]}
    )
    say(room, "tell")
    other = Room(any_redis, moment=room.moment)
    assert other.waker.look() == 3
    assert room.said("8") == ["Told by Asha"]
    assert room.said("9") == ["Told by Asha"]
    assert room.pass_time(60) <= 3
    assert room.said("9") == ["Told by Asha"]


def test_what_many_contacts_are_to_start_is_kept_once(any_redis: Client) -> None:
    room = Room(any_redis)
    start = {**starting("8", "told"), "contacts": [{"uuid": str(one)} for one in range(10, 60)]}
    word = {"type": "set_run_result", "name": "word", "value": "a" * 5_000, "category": ""}
    room.publish(
        {"uuid": "tell", "keywords": ["tell"], "nodes": [{"id": "t", "actions": [word, start]}]},
        {"uuid": "told", "nodes": [{"id": "m", "send": "Told"}]},
    )
    for contact in ("10", "59"):
        say(room, "hi", contact=contact)
    say(room, "tell")
    queues = list(any_redis.scan_iter("*:starts"))
    assert len(queues) == 50
    assert sum(len(name) for key in queues for name in any_redis.lrange(key, 0, -1)) < 5_000
    room.waker.look(most=50)
    assert [room.said(contact) for contact in ("10", "59")] == [["Told"], ["Told"]]
    assert list(any_redis.scan_iter("*:starts")) == []


def test_a_broadcast_reaches_the_other_contact(any_redis: Client) -> None:
    room = Room(any_redis, posts=["post"])
    cast = {
        "type": "send_broadcast",
        "text": "@contact.name needs help, @staff.name",
        "contacts": [{"uuid": "8", "name": "Staff"}],
    }
    room.publish({"uuid": "cast", "keywords": ["cast"], "nodes": [{"id": "c", "actions": [cast]}]})
    say(room, "hi", contact="8", name="Ravi", channel="post")
    assert say(room, "cast", name="Asha") == []
    assert room.said("8") == ["Asha needs help, Ravi"]
    room.pass_time(1)
    assert room.channels["post"].delivered == [("8", "Asha needs help, Ravi")]


def test_a_contact_who_leaves_a_collection_is_told_nothing_more(any_redis: Client) -> None:
    group = [{"uuid": "5", "name": "Staff"}]
    join = {"type": "add_contact_groups", "groups": group}
    leave = {"type": "remove_contact_groups", "groups": group}
    room = Room(any_redis)
    room.publish(
        {"uuid": "join", "keywords": ["join"], "nodes": [{"id": "j", "actions": [join]}]},
        {"uuid": "leave", "keywords": ["leave"], "nodes": [{"id": "l", "actions": [leave]}]},
    )
    for contact in ("8", "9"):
        say(room, "join", contact=contact)
    assert room.conversations.store.members(ORG, "5") == ["8", "9"]
    say(room, "leave", contact="8")
    assert room.conversations.store.members(ORG, "5") == ["9"]


def test_a_flow_is_started_for_a_bounded_number_of_contacts(
    any_redis: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effects, "MAX_TRIGGERED", 3)
    room = Room(any_redis)
    first = {**starting("8", "told"), "contacts": [{"uuid": "8"}, {"uuid": "9"}, {"uuid": "8"}]}
    second = {**starting("8", "told"), "contacts": [{"uuid": str(one)} for one in (10, 11)]}
    room.publish(
        {"uuid": "tell", "keywords": ["tell"], "nodes": [{"id": "t", "actions": [first, second]}]},
        {"uuid": "told", "nodes": [{"id": "m", "send": "Told"}]},
    )
    for contact in ("8", "9", "10", "11"):
        say(room, "hi", contact=contact)
    say(room, "tell")
    room.waker.look()
    told = {contact: room.said(contact) for contact in ("8", "9", "10", "11")}
    assert told == {"8": ["Told"], "9": ["Told"], "10": ["Told"], "11": []}


def test_who_is_in_a_flow_may_be_left_in_it(any_redis: Client) -> None:
    room = Room(any_redis)
    start = {**starting("8", "told"), "exclusions": {"in_a_flow": True}}
    room.publish(
        {"uuid": "tell", "keywords": ["tell"], "nodes": [{"id": "t", "actions": [start]}]},
        {"uuid": "told", "nodes": [{"id": "m", "send": "Told"}]},
        {"uuid": "busy", "keywords": ["busy"], "nodes": [{"id": "b", "wait": {}, "else": None}]},
    )
    say(room, "busy", contact="8")
    say(room, "tell")
    room.waker.look()
    assert room.said("8") == []
