"""What a turn knows of its contact, and which flow a word names."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from flowhook.errors import NotFound
from flows.conversations.turn import ContactUpdate, flow_to_start, valid_id
from flows.library.library import Head, Library, LibraryEntry
from flows.model.session import Message
from tests.flows.room import ORG, Room


def test_what_is_told_of_a_contact_is_kept(fake_redis: redis.Redis) -> None:
    room = Room(fake_redis)

    def told(*known: Any, **more: Any) -> dict[str, Any]:
        update = ContactUpdate(*known, **more)
        room.conversations.receive(ORG, "7", Message(text="x"), known=update)
        contact: dict[str, Any] = room.conversations.show(ORG, "7")["contact"]
        return contact

    assert told(nickname="Ash")["name"] == "Ash"
    told("Asha", "919800000000", "Ashi", "hi", {"city": "Pune"})
    contact = told()
    assert (contact["name"], contact["phone"]) == ("Asha", "919800000000")
    assert contact["language"] == "hi"
    assert contact["fields"]["city"] == {
        "value": "Pune",
        "label": "city",
        "type": "string",
        "inserted_at": "2026-01-02T06:30:00.000000Z",
    }
    contact = told(name="", phone="", nickname="Ashi")
    assert (contact["name"], contact["phone"]) == ("Ashi", "")


def test_a_contact_is_reached_by_the_channel_told_last(fake_redis: redis.Redis) -> None:
    room = Room(fake_redis, posts=["post", "pigeon"])
    room.publish({"uuid": "hi", "keywords": ["hi"], "nodes": [{"id": "n", "send": "Hello"}]})
    for channel in ("post", "pigeon", None):
        known = ContactUpdate(channel=channel)
        room.conversations.receive(ORG, "7", Message(text="hi"), known=known)
    room.pass_time(1)
    delivered = [len(room.channels[name].delivered) for name in ("post", "pigeon")]
    assert delivered == [1, 2]


def test_a_flow_is_named_by_its_uuid_or_a_keyword() -> None:
    def entry(uuid: str, keyword: str, is_published: bool) -> LibraryEntry:
        head = Head(1, uuid, (keyword,))
        return LibraryEntry(uuid, head, head if is_published else None, "")

    found = [entry("a", "Help Me", True), entry("b", "Draft", False)]
    library = Library({one.uuid: one for one in found}, {})
    assert flow_to_start(library, "a") == ("a", False)
    assert flow_to_start(library, "help-me!") == ("a", False)
    assert flow_to_start(library, "b") == flow_to_start(library, "draft") == ("b", True)
    for unknown in ("c", "", "?"):
        with pytest.raises(NotFound):
            flow_to_start(library, unknown)


@pytest.mark.parametrize(
    ("contact", "is_one"),
    [
        ("919800000000", True),
        ("a_B.9@x:+-", True),
        ("a" * 160, True),
        ("a" * 161, False),
        ("", False),
        ("a b", False),
        ("a{b}", False),
        ("a\n", False),
        ("आशा", False),
    ],
    ids=range(9),
)
def test_an_id_may_stand_in_a_key(contact: str, is_one: bool) -> None:
    assert valid_id(contact) is is_one
