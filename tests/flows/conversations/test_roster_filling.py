"""The daily walk that lists whom an older release wrote."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from flowhook.errors import NotFound
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.contact_move import LISTS_MADE, hide_contacts
from flowhook.redis.connect import Client
from flows.conversations import roster_filling
from flows.conversations.roster_filling import RUN_KEY, RosterFilling
from flows.conversations.roster_search import RosterFilter, RosterSearch
from tests.fixtures_app import FIRST_KEY
from tests.flows.conversations.test_roster import FLOW, OTHER, say
from tests.flows.room import ORG, Room
from tests.flows.rostered import expected, indices
from tests.waiting import wait_for

CONTACTS = [f"c{number}" for number in range(7)]


def at_once(seconds: float) -> None:
    """The rests of a walk, in no time."""


def filled(redis: Any) -> tuple[Room, RosterFilling]:
    room = Room(redis)
    room.publish(FLOW, OTHER)
    for number, contact in enumerate(CONTACTS):
        say(room, ("go", "other")[number % 2], contact, name="Asha")
    return room, RosterFilling(room.conversations.store, at_once)


def unlist(room: Room, contacts: list[str]) -> None:
    for contact in contacts:
        room.redis.hdel(room.conversations.store.key(ORG, contact, "state"), "place", "row")
    for key in indices(room.redis):
        room.redis.delete(key)


def test_all_are_listed_and_a_second_walk_finds_nothing_to_do(any_redis: Client) -> None:
    room, filling = filled(any_redis)
    assert filling.fill() == 0
    unlist(room, CONTACTS[:3])  # the others have places, and are in no index
    assert filling.fill() == 7
    assert indices(any_redis) == expected(any_redis)
    state = room.conversations.store.key(ORG, CONTACTS[0], "state")
    any_redis.hincrby(state, "version", 1)  # a turn of an older release
    assert filling.fill() == 1
    assert indices(any_redis) == expected(any_redis)
    assert filling.fill() == 0


def test_a_walk_that_broke_off_begins_again(any_redis: Client) -> None:
    room, filling = filled(any_redis)
    unlist(room, CONTACTS)

    def break_off(seconds: float) -> None:
        raise ConnectionError

    filling.sleep = break_off
    filling.look()
    assert not any_redis.exists(LISTS_MADE, RUN_KEY)
    filling.sleep = at_once
    filling.look()
    assert any_redis.exists(LISTS_MADE)
    assert indices(any_redis) == expected(any_redis)


def test_who_is_forgotten_during_the_walk_is_passed_over(
    any_redis: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster_filling, "AT_ONCE", 3)
    room, filling = filled(any_redis)
    unlist(room, CONTACTS)

    def forget_all(seconds: float) -> None:
        for contact in CONTACTS:
            with suppress(NotFound):
                room.conversations.forget(ORG, contact)

    filling.sleep = forget_all
    assert filling.fill() == 3
    assert indices(any_redis) == {}


def test_one_process_walks_once_a_day(any_redis: Client) -> None:
    room, filling = filled(any_redis)
    unlist(room, CONTACTS)
    token = filling.leases.take(RUN_KEY)
    filling.look()
    assert indices(any_redis) == {}
    filling.leases.end(RUN_KEY, token or "")
    filling.sweep()
    wait_for(lambda: any_redis.exists(LISTS_MADE), "the walk")
    assert indices(any_redis) == expected(any_redis)
    assert 0 < any_redis.ttl(LISTS_MADE) <= 86_400
    unlist(room, CONTACTS)
    RosterFilling(room.conversations.store, at_once).sweep()
    filling.look()
    assert indices(any_redis) == {}


def test_a_store_that_is_moved_to_digests_is_listed_again(any_redis: Client) -> None:
    _, filling = filled(any_redis)
    any_redis.zadd("fh:orgs", {ORG: 0})
    filling.fill()
    hide_contacts(any_redis, Cipher((FIRST_KEY,)), at_once)
    assert indices(any_redis) == {}
    assert not any_redis.exists(LISTS_MADE)
    moved = Room(any_redis)
    assert RosterFilling(moved.conversations.store, at_once).fill() == 7
    assert indices(any_redis) == expected(any_redis)
    assert not [key for key, held in indices(any_redis).items() if set(CONTACTS) & set(held)]
    found = RosterSearch(moved.conversations.store).page(ORG, RosterFilter(words="asha"))
    assert {one["contact"] for one in found["conversations"]} == set(CONTACTS)
