"""A message leaves its inbox with the turn that deals with it, and the reply goes out at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from flowhook.redis.connect import Client
from flows.channels.contact_queue import INBOX, ContactQueue
from flows.channels.held_item import HeldItem, LeaseLost
from flows.conversations.turn import ContactUpdate
from flows.model.session import Message
from tests.flows.asking_twice import AsksTwice
from tests.flows.room import ORG, Room

CONTACT = "7"
ECHO = {
    "uuid": "echo",
    "keywords": ["echo"],
    "nodes": [
        {"id": "w", "wait": {"result": "said"}, "else": "m"},
        {"id": "m", "send": "Heard @results.said", "to": "w"},
    ],
}


def open_room(redis: Any) -> Room:
    room = Room(redis, posts=["post"])
    room.publish(ECHO)
    known = ContactUpdate(channel="post")
    room.conversations.receive(ORG, CONTACT, Message(text="echo"), known=known)
    return room


def inbox_of(room: Room) -> ContactQueue:
    return ContactQueue(room.redis, room.conversations.store.cipher, INBOX)


def put(room: Room, *texts: str) -> ContactQueue:
    inbox = inbox_of(room)
    for text in texts:
        inbox.push(ORG, CONTACT, text, {"text": text})
    return inbox


def handling(room: Room, before: Callable[[HeldItem], object] = bool) -> Callable[[HeldItem], None]:
    def handle(held: HeldItem) -> None:
        before(held)
        room.conversations.receive(ORG, CONTACT, Message(text=held.item["text"]), held=held)

    return handle


def delivered(room: Room) -> list[str]:
    return [text for _, text in room.channels["post"].delivered]


def test_each_message_has_its_turn_and_its_reply(any_redis: Client) -> None:
    room = open_room(any_redis)
    inbox = put(room, "one", "two", "three")
    assert inbox.drain(ORG, CONTACT, handling(room)).handled == 3
    assert delivered(room) == ["Heard one", "Heard two", "Heard three"]
    assert inbox.waiting(ORG, CONTACT) == room.channels["post"].outbox.waiting(ORG, CONTACT) == 0
    assert not any_redis.exists(*inbox.store.contact_keys(ORG, CONTACT))
    assert not any_redis.exists(*room.channels["post"].outbox.store.contact_keys(ORG, CONTACT))


def test_the_same_where_answers_of_redis_are_lost(any_redis: Client) -> None:
    room = open_room(any_redis)
    inbox = put(room, "one", "two")
    twice = Room(AsksTwice(any_redis), posts=["post"])
    inbox_of(twice).drain(ORG, CONTACT, handling(twice))
    inbox.drain(ORG, CONTACT, handling(room))
    assert delivered(twice) + delivered(room) == ["Heard one", "Heard two"]
    assert room.said(CONTACT) == ["Heard one", "Heard two"]


def test_a_process_that_dies_once_the_turn_is_stored_leaves_nothing_to_repeat(
    any_redis: Client,
) -> None:
    died = open_room(any_redis)
    inbox = put(died, "one")
    died.channels["post"].failures = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        inbox.drain(ORG, CONTACT, handling(died))
    room = Room(any_redis, posts=["post"])
    assert inbox.drain(ORG, CONTACT, handling(room)).handled == 0
    room.conversations.send_out(ORG, CONTACT)
    assert delivered(room) == ["Heard one"]


def test_while_the_reply_waits_for_redis_the_message_is_not_processed_again(
    any_redis: Client,
) -> None:
    room = open_room(any_redis)
    inbox = put(room, "one", "two")
    room.channels["post"].failures = [RedisConnectionError("gone for a moment")]
    with pytest.raises(RedisConnectionError):
        inbox.drain(ORG, CONTACT, handling(room))
    assert inbox.drain(ORG, CONTACT, handling(room)).handled == 1
    assert delivered(room) == ["Heard one", "Heard two"]


def test_who_slept_through_the_lease_stores_nothing_of_a_message_that_another_took(
    any_redis: Client,
) -> None:
    room = open_room(any_redis)
    inbox = put(room, "one")
    lost: list[bool] = []

    def sleep(held: HeldItem) -> None:
        any_redis.delete(held.keys[0])  # as its expiry does
        lost.append(inbox.drain(ORG, CONTACT, handling(room)).handled == 1)

    assert inbox.drain(ORG, CONTACT, handling(room, sleep)).handled == 0
    assert lost == [True]
    assert room.said(CONTACT) == ["Heard one"]
    assert delivered(room) == ["Heard one"]


def test_a_message_of_a_contact_who_was_forgotten_meanwhile_begins_nothing(
    any_redis: Client,
) -> None:
    room = open_room(any_redis)
    inbox = put(room, "one")

    def forget(held: HeldItem) -> None:
        room.conversations.forget(ORG, CONTACT)
        inbox.forget(ORG, CONTACT)

    assert inbox.drain(ORG, CONTACT, handling(room, forget)).handled == 0
    assert not room.conversations.store.exists(ORG, CONTACT)


def test_a_turn_whose_message_is_gone_is_told(any_redis: Client) -> None:
    room = open_room(any_redis)
    inbox = put(room, "one")
    gone: list[HeldItem] = []
    inbox.drain(ORG, CONTACT, gone.append)
    with pytest.raises(LeaseLost):
        room.conversations.receive(ORG, CONTACT, Message(text="one"), held=gone[0])
    assert room.said(CONTACT) == []


def test_a_turn_whose_holder_lost_the_inbox_is_not_stored(any_redis: Client) -> None:
    """Another process may have stored it already without taking the message out yet."""
    room = open_room(any_redis)
    inbox = put(room, "one")
    told: list[bool] = []

    def lose(held: HeldItem) -> None:
        any_redis.set(held.keys[0], "another process")
        with pytest.raises(LeaseLost):
            room.conversations.receive(ORG, CONTACT, Message(text="one"), held=held)
        told.append(True)
        raise LeaseLost

    inbox.drain(ORG, CONTACT, lose)
    assert told == [True]
    assert room.said(CONTACT) == []
    assert any_redis.get(inbox.store.contact_keys(ORG, CONTACT)[0]) == b"another process"
    any_redis.delete(inbox.store.contact_keys(ORG, CONTACT)[0])
    assert inbox.drain(ORG, CONTACT, handling(room)).handled == 1


def test_after_a_message_that_is_gone_the_next_has_its_turn_at_once(any_redis: Client) -> None:
    room = open_room(any_redis)
    inbox = put(room, "one")

    def forget(held: HeldItem) -> None:
        inbox.forget(ORG, CONTACT)
        raise LeaseLost

    inbox.drain(ORG, CONTACT, forget)
    put(room, "two")
    assert inbox.drain(ORG, CONTACT, handling(room)).handled == 1
