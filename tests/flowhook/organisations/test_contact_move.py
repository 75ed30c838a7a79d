"""No key's name tells a contact's number, and a store where they did is moved."""

from __future__ import annotations

from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from flowhook.jobs.liveness import Liveness
from flowhook.organisations import contact_move
from flowhook.organisations.changes import CHANGED
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.contact_move import MOVE, hide_contacts
from flowhook.organisations.contact_names import NAMES_KEY, ContactNames
from flowhook.providers.whatsapp_errors import PAIR_LIMIT, Throttled
from flowhook.redis.connect import Client
from flowhook.redis.keys import FORMAT, ORGANISATIONS
from flows.channels.contact_queue import ContactQueue
from flows.channels.inbound import Inbound
from flows.channels.whatsapp.choices import Choices
from flows.channels.whatsapp.identities import Identities
from flows.channels.whatsapp.pace import Pace
from flows.channels.whatsapp.window import Window
from flows.model.session import Message
from service.rotate_keys import rotate
from tests.fixtures_app import FIRST_KEY, SECOND_KEY, make_config
from tests.flows.room import ORG, Room
from tests.old_store import OldStore

NUMBER = "919800000017"
ODD = "a:b@c.d:state"
CIPHER = Cipher((FIRST_KEY,))
ECHO: dict[str, Any] = {
    "uuid": "echo",
    "name": "Echo",
    "keywords": ["echo"],
    "nodes": [
        {"id": "w", "wait": {"result": "said"}, "else": "m"},
        {"id": "m", "send": "You said @results.said", "to": "w"},
    ],
}


def written(contact: str, **more: Any) -> Inbound:
    return Inbound("m", contact, "text", 1.0, **more)


def at_once(_seconds: float) -> None:
    """The pauses of a start, in no time."""


class Store:
    """What a process knows of two contacts, of its conversations and of WhatsApp."""

    def __init__(self, redis: Client) -> None:
        self.room = Room(redis)
        names = ContactNames(redis, CIPHER)
        self.window = Window(redis, names)
        self.choices = Choices(redis, CIPHER)
        self.identities = Identities(redis, names)
        self.pace = Pace(redis, names)
        self.queue = ContactQueue(redis, CIPHER, "inbox")

    def fill(self) -> None:
        self.room.redis.zadd(ORGANISATIONS, {ORG: 0})
        self.room.publish(ECHO)
        for contact in (NUMBER, ODD):
            self.say("echo", contact)
            self.say("one", contact)
            self.queue.push(ORG, contact, f"id {contact}", {"text": "hi"})
            self.window.close(ORG, contact, 1e12)
            self.choices.remember(ORG, contact, "list", "node", ["Yes", "No"])
            self.identities.of_sender(ORG, written(contact, user_id=f"IN.{contact}"))
            self.pace.refused(ORG, "106", contact, Throttled(PAIR_LIMIT, None))

    def say(self, text: str, contact: str) -> None:
        self.room.conversations.receive(ORG, contact, Message(text=text), message_id=f"{text} 1")

    def told(self) -> list[Any]:
        """Everything that it reads of both contacts."""
        store = self.room.conversations.store
        return [
            [
                store.state(ORG, contact),
                store.transcript(ORG, contact),
                self.queue.waiting(ORG, contact),
                self.window.last_inbound(ORG, contact),
                self.choices.resolve(ORG, written(contact, text="2")),
                self.identities.of_sender(ORG, written("x", user_id=f"IN.{contact}")),
                self.room.redis.mget(self.pace.keys(ORG, "106", contact)),
            ]
            for contact in (NUMBER, ODD)
        ]


def names_with_a_contact(redis: Client) -> list[bytes]:
    return [key for key in redis.scan_iter() if NUMBER.encode() in key or b"a:b@" in key]


def test_all_is_found_under_names_that_tell_nothing(any_redis: Client) -> None:
    before = Store(any_redis)
    before.fill()
    told = before.told()
    assert len(names_with_a_contact(any_redis)) > 15
    for _ in range(2):
        hide_contacts(any_redis, CIPHER, at_once)
    assert names_with_a_contact(any_redis) == []
    after = Store(any_redis)
    assert after.told() == told
    after.say("two", NUMBER)
    assert after.room.conversations.store.transcript(ORG, NUMBER)[-1]["text"] == "You said two"
    after.fill()
    assert names_with_a_contact(any_redis) == []


def test_a_move_that_broke_off_goes_on(any_redis: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Store(any_redis)
    before.fill()
    told = before.told()
    moved: list[Any] = []

    def break_off(redis: Client, keys: list[str], arguments: list[Any]) -> None:
        if moved:
            raise RedisConnectionError
        moved.append(MOVE.__class__.run(MOVE, redis, keys, arguments))

    with monkeypatch.context() as broken:
        broken.setattr(contact_move, "AT_ONCE", 3)
        broken.setattr(contact_move.MOVE, "run", break_off)
        with pytest.raises(RedisConnectionError):
            hide_contacts(any_redis, CIPHER, at_once)
    assert any_redis.get(FORMAT) is None
    assert names_with_a_contact(any_redis)
    hide_contacts(any_redis, CIPHER, at_once)
    assert names_with_a_contact(any_redis) == []
    assert Store(any_redis).told() == told


def test_it_waits_until_no_other_process_lives(any_redis: Client) -> None:
    Store(any_redis).fill()
    other = Liveness(any_redis)
    other.begin()
    hide_contacts(any_redis, CIPHER, at_once)
    assert any_redis.get(FORMAT) is None
    other.close()
    hide_contacts(any_redis, CIPHER, at_once)
    assert any_redis.get(FORMAT) == b"2"


def test_it_waits_for_an_older_process_that_only_listens(real_redis: Client) -> None:
    Store(real_redis).fill()
    with real_redis.pubsub() as listener:
        listener.subscribe(CHANGED)
        listener.get_message(timeout=5)
        hide_contacts(real_redis, CIPHER, at_once)
        assert real_redis.get(FORMAT) is None
    hide_contacts(real_redis, CIPHER, at_once)
    assert real_redis.get(FORMAT) == b"2"


def test_a_new_store_tells_nothing_from_the_start(any_redis: Client) -> None:
    hide_contacts(any_redis, CIPHER, at_once)
    Store(any_redis).fill()
    assert names_with_a_contact(any_redis) == []


def test_the_key_of_the_names_outlives_a_rotation(any_redis: Client) -> None:
    hide_contacts(any_redis, CIPHER, at_once)
    name = ContactNames(any_redis, CIPHER).of(ORG, NUMBER)
    assert NUMBER not in name
    assert name != ContactNames(any_redis, CIPHER).of("other", NUMBER)
    sealed = any_redis.get(NAMES_KEY)
    rotated = rotate(any_redis, make_config(encryption_keys=(SECOND_KEY, FIRST_KEY)))
    assert rotated["unreadable"] == 0
    assert any_redis.get(NAMES_KEY) != sealed
    assert ContactNames(any_redis, Cipher((SECOND_KEY,))).of(ORG, NUMBER) == name


def test_a_store_that_an_older_release_left_is_moved(real_redis: Client) -> None:
    """What no test wrote: the types of its keys are those of that release."""
    OldStore.load("0120829").restore(real_redis)
    hide_contacts(real_redis, Cipher([SECOND_KEY, FIRST_KEY]), at_once)
    assert real_redis.get(FORMAT) == b"2"
