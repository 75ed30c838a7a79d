"""A waker's places, shared among organisations."""

from __future__ import annotations

import threading
from collections import Counter

from flowhook.redis.connect import Client
from flows.conversations.waker import Waker
from tests.flows.room import ORG, Room
from tests.waiting import wait_for

AT_ONCE = 3
CONTACTS = [f"c{number}" for number in range(40)]


class Hanging:
    """A channel whose messages of one organisation hang until the gate is open."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.began: Counter[str] = Counter()
        self.order: list[str] = []

    def take_in(self, org: str, contact: str) -> bool:
        self.began[org] += 1
        self.order.append(contact)
        if org == ORG:
            self.gate.wait()
        return True

    def sweep(self) -> None:
        pass


def due(room: Room) -> int:
    keys = [f"fh:wake:{{{shard}}}" for shard in range(8)]
    return sum(room.redis.zcard(key) + room.redis.zcard(f"{key}:claimed") for key in keys)


def test_contacts_of_another_organisation_are_woken_while_one_hangs(any_redis: Client) -> None:
    room, source = Room(any_redis, is_live=True), Hanging()
    waker = Waker(room.conversations, [source], look_seconds=0.05, at_once=AT_ONCE)
    room.conversations.wakeups.add_all(ORG, CONTACTS, room.conversations.now())
    waker.start()
    try:
        wait_for(lambda: source.began[ORG] == AT_ONCE, "the first organisation's share")
        for _ in range(3):
            room.conversations.wakeups.add_all("other", CONTACTS, room.conversations.now())
            wait_for(lambda: due(room) == len(CONTACTS), "all of the other's contacts")
        assert source.began[ORG] == AT_ONCE
        source.gate.set()
        wait_for(lambda: due(room) == 0, "the first organisation's contacts")
        assert source.began == {ORG: len(CONTACTS), "other": 3 * len(CONTACTS)}
    finally:
        source.gate.set()
        waker.close()


def test_a_waker_that_ends_gives_back_what_it_held_back(any_redis: Client) -> None:
    room, source = Room(any_redis, is_live=True), Hanging()
    waker = Waker(room.conversations, [source], look_seconds=0.05, at_once=AT_ONCE)
    room.conversations.wakeups.add_all(ORG, CONTACTS, room.conversations.now())
    waker.start()
    wait_for(lambda: source.began[ORG] == AT_ONCE, "the first organisation's share")
    wait_for(lambda: len(waker._line) == len(CONTACTS) - AT_ONCE, "the others to be held back")
    ending = threading.Thread(target=waker.close)
    ending.start()
    wait_for(waker._ended.is_set, "the end to begin")
    source.gate.set()
    ending.join()
    assert source.began[ORG] == AT_ONCE
    left = len(CONTACTS) - AT_ONCE
    assert due(room) == left
    wait_for(lambda: room.waker.look() == 0 and due(room) == 0, "them to be due for any process")


def test_beyond_what_is_held_back_another_organisation_still_gets_its_turn(
    any_redis: Client,
) -> None:
    room, source = Room(any_redis, is_live=True), Hanging()
    waker = Waker(
        room.conversations, [source], look_seconds=0.05, at_once=AT_ONCE, most_held=AT_ONCE
    )
    room.conversations.wakeups.add_all(ORG, CONTACTS, room.conversations.now())
    waker.start()
    try:
        wait_for(lambda: source.began[ORG] == AT_ONCE, "the first organisation's share")
        room.conversations.wakeups.add_all("other", CONTACTS, room.conversations.now())
        wait_for(lambda: source.began["other"] == len(CONTACTS), "all of the other's contacts")
        assert len(waker._line) == AT_ONCE
    finally:
        source.gate.set()
        waker.close()
