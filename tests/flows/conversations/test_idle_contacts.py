"""Conversations that go when nothing was said for the days that an organisation names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flowhook.redis.connect import Client
from flowhook.redis.keys import scan_organisation
from flows.conversations import idle_contacts
from flows.conversations.idle_contacts import IdleContacts
from flows.conversations.roster import status_key
from flows.conversations.store import bytes_key
from tests.flows.conversations.test_roster import FLOW, OTHER, say
from tests.flows.room import ORG, Room
from tests.flows.rostered import expected, indices


def at_once(seconds: float) -> None:
    """The rests of a walk, in no time."""


def opened(redis: Any, *contacts: str, **more: Any) -> tuple[Room, IdleContacts]:
    room = Room(redis, **more)
    room.publish(FLOW, OTHER)
    for contact in contacts:
        say(room, "go", contact, name="Asha Devi")
    return room, IdleContacts(room.conversations, at_once)


def wind(room: Room, days: float) -> None:
    """Set the clock to so many days after what was said, which Redis dates."""
    room.moment = datetime.now(UTC) + timedelta(days=days)


def names_of(redis: Any) -> str:
    return b" ".join(scan_organisation(redis, ORG)).decode()


def test_who_said_nothing_for_as_long_is_forgotten(any_redis: Client) -> None:
    room, idle = opened(any_redis, "7", "8")
    wind(room, 89)
    assert idle.shorten(ORG, 90) == 0
    wind(room, 91)
    assert idle.shorten(ORG, 90) == 2
    assert "contact:" not in names_of(any_redis)
    assert "roster" not in names_of(any_redis)
    assert any_redis.get(bytes_key(ORG)) == b"0"
    assert idle.shorten(ORG, 90) == 0
    say(room, "go", "7")  # and may come again
    assert indices(any_redis) == expected(any_redis)


def test_who_was_heard_since_stays_though_long_at_one_place(any_redis: Client) -> None:
    room, idle = opened(any_redis, "7")  # at their place since January, heard a moment ago
    wind(room, 0.5)
    assert idle.shorten(ORG, 1) == 0
    assert room.conversations.store.exists(ORG, "7")
    assert indices(any_redis) == expected(any_redis)


def test_all_are_looked_at_though_some_stay(any_redis: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(idle_contacts, "AT_ONCE", 2)
    room, idle = opened(any_redis, *"1234567")
    store = room.conversations.store
    for contact in "135":  # their turns are under way
        store.begin(ORG, contact)
    wind(room, 91)
    assert idle.shorten(ORG, 90) == 4
    assert [contact for contact in "1234567" if store.exists(ORG, contact)] == ["1", "3", "5"]


def test_who_has_a_message_waiting_stays(any_redis: Client) -> None:
    room, idle = opened(any_redis, "7", posts=["post"])
    post = room.channels["post"]
    post.outbox.push(ORG, "7", "m1", {"text": "Soon", "not_before": 0})
    wind(room, 91)
    assert idle.shorten(ORG, 90) == 0
    post.outbox.forget(ORG, "7")
    assert idle.shorten(ORG, 90) == 1


def test_a_row_that_is_missing_is_made_anew(any_redis: Client) -> None:
    room, idle = opened(any_redis, "7")
    any_redis.hdel(room.conversations.store.key(ORG, "7", "state"), "row")
    wind(room, 91)
    assert idle.shorten(ORG, 90) == 1
    assert "contact:" not in names_of(any_redis)


def test_one_that_stands_in_a_wrong_index_too_leaves_it(any_redis: Client) -> None:
    """As after a turn of an older release; the walk ends."""
    room, idle = opened(any_redis, "7")
    member = room.conversations.store.names.of(ORG, "7")
    any_redis.zadd(status_key(ORG, "failed"), {member: 1})
    wind(room, 91)
    assert idle.shorten(ORG, 90) >= 1
    assert "roster" not in names_of(any_redis)
