"""What the release before this one queued is sent once, in order, whatever its processes do.

To be removed with flows/conversations/old_outbox.py.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import orjson
import pytest

from flowhook.errors import Conflict
from flowhook.redis.connect import Client
from flows.channels import contact_queue
from flows.conversations.turn import ContactUpdate
from flows.model.session import Message
from tests.flows.asking_twice import AsksTwice
from tests.flows.room import ORG, Room

CONTACT = "7"
HELLO = {"uuid": "hi", "keywords": ["hi"], "nodes": [{"id": "a", "send": "Hello"}]}
KEY, LEASE = (f"fh:{{{ORG}}}:contact:{CONTACT}:{name}" for name in ("outbox", "delivery"))


def open_room(redis: Any, **more: Any) -> Room:
    room = Room(redis, posts=["post"], **more)
    room.publish(HELLO)
    return room


def queue_as_before(room: Room, *texts: str, delay_seconds: float = 0.0) -> None:
    """As the release before this one stores what a turn says."""
    for text in texts:
        queued = {
            "channel": "post",
            "due_at": (room.moment + timedelta(seconds=delay_seconds)).isoformat(),
            "key": secrets.token_hex(16),
            "message": {"type": "text", "text": text},
        }
        cipher = room.conversations.store.cipher
        sealed = cipher.seal(ORG, f"outbox:{CONTACT}", orjson.dumps(queued))
        room.redis.rpush(KEY, sealed)


def say(room: Room, text: str) -> None:
    known = ContactUpdate(channel="post")
    room.conversations.receive(ORG, CONTACT, Message(text=text), known=known)


def delivered(room: Room) -> list[str]:
    return [text for _, text in room.channels["post"].delivered]


def test_what_was_queued_before_is_sent_in_order_once(any_redis: Client) -> None:
    room = open_room(any_redis)
    say(room, "no flow's word")
    queue_as_before(room, "one", "two")
    room.conversations.wakeups.add(ORG, CONTACT, room.moment)
    room.waker.look()
    room.pass_time(60)
    assert delivered(room) == ["one", "two"]
    assert not any_redis.exists(KEY, LEASE)


def test_what_was_queued_before_goes_ahead_of_what_is_said_now(any_redis: Client) -> None:
    room = open_room(any_redis)
    queue_as_before(room, "one")
    say(open_room(AsksTwice(any_redis)), "hi")
    room.waker.look()
    assert delivered(room) == ["one", "Hello"]


def test_what_was_queued_with_a_delay_keeps_it(any_redis: Client) -> None:
    room = open_room(any_redis)
    queue_as_before(room, "in a minute", delay_seconds=60)
    say(room, "hi")
    room.waker.look()
    assert delivered(room) == []
    room.pass_time(60)
    assert delivered(room) == ["in a minute", "Hello"]


def test_what_its_holder_has_moved_already_is_not_sent_twice(any_redis: Client) -> None:
    room = open_room(any_redis)
    queue_as_before(room, "one")
    (sealed,) = any_redis.lrange(KEY, 0, -1)
    say(room, "hi")
    room.waker.look()
    any_redis.rpush(KEY, sealed)  # as if its holder had died before it took it out
    say(room, "hi")
    room.waker.look()
    assert delivered(room) == ["one", "Hello", "Hello"]


def test_a_turn_waits_for_a_process_that_moves_what_was_queued(any_redis: Client) -> None:
    room = open_room(any_redis)
    say(room, "no flow's word")
    queue_as_before(room, "one")
    any_redis.set(LEASE, "a process of the release before")
    with pytest.raises(Conflict):
        room.conversations.wake(ORG, CONTACT)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            any_redis.delete(LEASE)

    room.conversations.store.sleep = sleep
    say(room, "hi")
    assert len(slept) == 3
    room.waker.look()
    assert delivered(room) == ["one", "Hello"]


def test_of_a_channel_that_is_gone_nothing_is_kept(any_redis: Client) -> None:
    room = open_room(any_redis)
    queue_as_before(room, "one")
    room.conversations.channels.clear()
    say(room, "hi")
    assert not any_redis.exists(KEY)


def test_a_full_queue_refuses_nothing_that_was_queued_before(
    any_redis: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_queue, "MAX_WAITING", 1)
    room = open_room(any_redis)
    queue_as_before(room, "one", "two", "three", delay_seconds=60)
    say(room, "hi")
    room.waker.look()
    room.pass_time(60)
    assert delivered(room) == ["one", "two", "three", "Hello"]
