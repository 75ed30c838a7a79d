"""Messages to a channel are delivered once their queue's holder is gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flowhook.errors import ProviderUnavailable
from flowhook.organisations.cipher import Cipher
from flows.conversations.outbox import LEASE_SECONDS, Outbox
from flows.conversations.store import ConversationStore, conversation_key
from flows.conversations.wakeups import Wakeups
from flows.model.events import MsgCreated
from tests.fixtures_app import FIRST_KEY
from tests.flows.asking_twice import AsksTwice

ORG, CONTACT = "acme", "7"


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


class Taking:
    """A channel that takes everything."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def deliver(self, org: str, contact: str, key: str, message: Mapping[str, Any]) -> None:
        self.taken.append(message["text"])

    def forget(self, org: str, contact: str) -> None:
        self.taken.clear()


class Stalling(Taking):
    """Its process stands still over the first message, for longer than it may hold the queue."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    def deliver(self, org: str, contact: str, key: str, message: Mapping[str, Any]) -> None:
        super().deliver(org, contact, key, message)
        self.meanwhile()


class Down(Taking):
    """A channel that takes no more than one message."""

    def deliver(self, org: str, contact: str, key: str, message: Mapping[str, Any]) -> None:
        if self.taken:
            raise ProviderUnavailable("the channel is down")
        super().deliver(org, contact, key, message)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def channel() -> Taking:
    return Taking()


@pytest.fixture
def outbox(any_redis: Any, clock: Clock, channel: Taking) -> Outbox:
    store = ConversationStore(any_redis, Cipher([FIRST_KEY]))
    return Outbox(store, Wakeups(any_redis), {"test": channel}, clock.now)


def put(outbox: Outbox, text: str) -> None:
    made = MsgCreated(flow="f", node="n", id=1, contact=CONTACT, kind="text", text=text)
    effect = outbox.effect(ORG, "test", made)
    outbox.store.redis.rpush(conversation_key(ORG, CONTACT, "outbox"), effect.value)


def test_messages_leave_in_order_and_once(outbox: Outbox, channel: Taking) -> None:
    put(outbox, "one")
    put(outbox, "two")
    outbox.deliver(ORG, CONTACT)
    outbox.deliver(ORG, CONTACT)
    assert channel.taken == ["one", "two"]


def test_messages_leave_once_where_answers_of_redis_are_lost(
    outbox: Outbox, clock: Clock, channel: Taking
) -> None:
    put(outbox, "one")
    put(outbox, "two")
    outbox.store.redis = AsksTwice(outbox.store.redis)
    outbox.deliver(ORG, CONTACT)
    assert channel.taken == ["one", "two"]


def test_who_finds_the_queue_held_leaves_a_wake_up_for_when_the_holder_may_be_dead(
    outbox: Outbox, clock: Clock, channel: Taking
) -> None:
    put(outbox, "one")
    lock = conversation_key(ORG, CONTACT, "delivery")
    outbox.store.redis.set(lock, "a process that was killed", ex=LEASE_SECONDS)
    outbox.deliver(ORG, CONTACT)
    assert channel.taken == []
    assert outbox.wakeups.claim(clock.at, most=10) == []

    clock.at += timedelta(seconds=LEASE_SECONDS)
    outbox.store.redis.delete(lock)
    assert [one.contact for one in outbox.wakeups.claim(clock.at, most=10)] == [CONTACT]
    outbox.deliver(ORG, CONTACT)
    assert channel.taken == ["one"]


def test_who_slept_through_the_lease_takes_nothing_from_the_queue(
    outbox: Outbox, any_redis: Any, clock: Clock
) -> None:
    put(outbox, "one")
    put(outbox, "two")
    other = Outbox(outbox.store, outbox.wakeups, {"test": Down()}, clock.now)

    def meanwhile() -> None:
        any_redis.delete(conversation_key(ORG, CONTACT, "delivery"))  # as its expiry does
        other.deliver(ORG, CONTACT)
        any_redis.set(conversation_key(ORG, CONTACT, "delivery"), "a third")

    outbox.channels = {"test": Stalling(meanwhile)}
    outbox.deliver(ORG, CONTACT)
    assert any_redis.llen(conversation_key(ORG, CONTACT, "outbox")) == 1, "two waits"
    assert any_redis.get(conversation_key(ORG, CONTACT, "delivery")) == b"a third"
