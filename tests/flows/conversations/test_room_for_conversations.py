"""What an organisation's conversations take is counted with each turn, and bounded."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.errors import NotFound, RateLimited
from flowhook.redis.connect import Client
from flows.conversations import effects
from flows.conversations import store as module
from flows.conversations.store import bytes_key
from flows.conversations.turn import ContactUpdate
from flows.model.session import Message
from tests.flows.room import ORG, Room, starting

LONG = "x" * 20_000
ECHO: dict[str, Any] = {
    "uuid": "echo",
    "name": "Echo",
    "keywords": ["echo"],
    "nodes": [
        {"id": "w", "wait": {"result": "said"}, "else": "m"},
        {"id": "m", "send": "Heard", "to": "w"},
    ],
}


def contact_key(contact: str, name: str) -> str:
    return f"fh:{{{ORG}}}:contact:{contact}:{name}"


def open_room(redis: Client, **more: Any) -> Room:
    room = Room(redis, **more)
    room.publish(ECHO)
    return room


def say(room: Room, text: str, contact: str = "7") -> None:
    room.conversations.receive(ORG, contact, Message(text=text))


def counted(room: Room, *contacts: str) -> int:
    """The organisation's bytes, after comparing them with its contacts'."""
    total = int(room.redis.get(bytes_key(ORG)) or 0)
    states = [contact_key(contact, "state") for contact in contacts]
    assert sum(int(room.redis.hget(state, "bytes")) for state in states) == total
    return total


def test_state_and_transcript_are_counted_until_the_contact_is_forgotten(
    any_redis: Client,
) -> None:
    room = open_room(any_redis)
    say(room, "echo")
    small = counted(room, "7")
    assert small > 200
    say(room, LONG)
    large = counted(room, "7")
    assert large > 40_000  # as a result of the flow, and in the transcript
    say(room, "echo", "8")
    assert counted(room, "7", "8") > large
    room.conversations.forget(ORG, "7")
    assert counted(room, "8") < 2 * small
    room.conversations.forget(ORG, "8")
    assert counted(room) == 0
    with pytest.raises(NotFound):
        room.conversations.forget(ORG, "8")


def test_what_the_roster_has_of_a_contact_is_counted(any_redis: Client) -> None:
    room = open_room(any_redis)

    def beside() -> int:
        """What is counted beside what the contact's keys hold."""
        fields = any_redis.hgetall(contact_key("7", "state"))
        held = sum(len(fields[name]) for name in (b"state", b"place", b"row"))
        return counted(room, "7") - held - int(fields[b"written"])

    say(room, "echo")
    before = beside()
    named = ContactUpdate(name=f"Asha {'x' * 150}")
    room.conversations.receive(ORG, "7", Message(text="Hello"), known=named)
    assert beside() == before


def test_a_transcript_drops_its_oldest_beyond_its_bytes(
    any_redis: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TRANSCRIPT_BYTES", 50_000)
    room = open_room(any_redis)
    say(room, "echo")
    for number in range(5):
        say(room, f"{number}{LONG}")
    heard = [
        item["text"][0]
        for item in room.conversations.store.transcript(ORG, "7")
        if item["direction"] == "in"
    ]
    assert heard == ["3", "4"]
    assert counted(room, "7") < 50_000 + 25_000


def test_without_room_new_contacts_are_refused_and_those_known_go_on_a_little(
    any_redis: Client,
) -> None:
    room = open_room(any_redis)
    say(room, "echo")
    say(room, LONG)
    room.most_bytes = counted(room, "7") - 100
    with pytest.raises(RateLimited) as refused:
        say(room, "echo", "8")
    assert refused.value.retry_after_seconds
    assert "DELETE" in refused.value.fix
    say(room, "short")
    with pytest.raises(RateLimited):
        for _ in range(10):
            say(room, LONG)
    before = room.conversations.show(ORG, "7")
    with pytest.raises(RateLimited):
        say(room, 3 * LONG)
    assert room.conversations.show(ORG, "7") == before
    room.most_bytes *= 3
    say(room, "echo", "8")
    say(room, LONG)


def test_beyond_the_bound_a_turn_goes_on_that_leaves_less_than_was_there(
    any_redis: Client,
) -> None:
    room = open_room(any_redis)
    say(room, "echo")
    say(room, LONG)
    room.most_bytes = 1000
    say(room, "short")
    with pytest.raises(RateLimited):
        say(room, "a little longer")


def test_where_there_is_no_room_contacts_can_be_forgotten(any_redis: Client) -> None:
    room = open_room(any_redis)
    say(room, "echo")
    say(room, LONG)
    room.most_bytes = 2000
    room.conversations.forget(ORG, "7")
    say(room, "echo", "8")


def test_a_conversation_of_an_older_release_is_counted_with_its_next_turn(
    any_redis: Client,
) -> None:
    room = open_room(any_redis)
    say(room, "echo")
    any_redis.delete(bytes_key(ORG))
    any_redis.hdel(contact_key("7", "state"), "bytes", "written")
    say(room, "Hello")
    assert counted(room, "7") > 200


def test_flows_to_be_started_for_one_contact_are_bounded(
    any_redis: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effects, "MAX_STARTS_WAITING", 3)
    room = Room(any_redis)
    nodes = [{"id": "a", "actions": [starting("9", "echo")]}]
    room.publish(ECHO, {"uuid": "start", "name": "Start", "keywords": ["start"], "nodes": nodes})
    for _ in range(5):
        say(room, "start")
    assert any_redis.llen(contact_key("9", "starts")) == 3
