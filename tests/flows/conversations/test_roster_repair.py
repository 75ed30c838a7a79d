"""Contacts whom a release wrote that knows nothing of the roster."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.organisations.cipher import Cipher
from flowhook.organisations.contact_move import hide_contacts
from flowhook.redis.connect import Client
from flows.conversations.roster import Row
from flows.conversations.roster_repair import RosterRepair, state_key
from flows.conversations.roster_search import RosterFilter, RosterSearch
from flows.conversations.store import bytes_key
from tests.fixtures_app import FIRST_KEY, SECOND_KEY
from tests.flows.conversations.test_roster import FLOW, OTHER, place_of, row_of, say
from tests.flows.room import ORG, Room
from tests.flows.rostered import expected, indices


@pytest.fixture(params=["format 1", "format 2"])
def room(any_redis: Client, request: pytest.FixtureRequest) -> Room:
    if request.param == "format 2":
        hide_contacts(any_redis, Cipher((FIRST_KEY,)), lambda seconds: None)
    room = Room(any_redis)
    room.publish(FLOW, OTHER)
    return room


def as_an_older_release_left_it(room: Room, contact: str = "7") -> str:
    """Without roster; returns the contact's part of keys' names."""
    member = room.conversations.store.names.of(ORG, contact)
    room.redis.hdel(state_key(ORG, member), "place", "row")
    for key, held in indices(room.redis).items():
        if member in held:
            room.redis.srem(key, member) if ":word:" in key else room.redis.zrem(key, member)
    return member


def test_it_is_listed_as_its_own_turn_would_list_it(room: Room) -> None:
    say(room, "go", name="Asha Devi", phone="919800000017")
    say(room, "Asha", name="Asha Devi")
    place, row, listed = place_of(room), row_of(room), indices(room.redis)
    member = as_an_older_release_left_it(room)
    assert indices(room.redis) == {}
    assert RosterRepair(room.conversations.store).list_anew(ORG, member) == (place, row)
    assert (place_of(room), row_of(room), indices(room.redis)) == (place, row, listed)


def test_a_place_of_before_the_last_turn_is_made_anew_when_it_is_read(room: Room) -> None:
    say(room, "go", name="Asha")
    key = room.conversations.store.key(ORG, "7", "state")
    kept = room.redis.hmget(key, "place", "row")
    before = indices(room.redis)
    say(room, "other", name="Bina")
    room.redis.delete(*(one for one in indices(room.redis)))
    for name, held in before.items():
        for member, at in held.items():
            if ":word:" in name:
                room.redis.sadd(name, member)
            else:
                room.redis.zadd(name, {member: at})
    room.redis.hset(key, mapping={"place": kept[0], "row": kept[1]})
    search = RosterSearch(room.conversations.store)
    page = search.page(ORG, RosterFilter())["conversations"]
    assert [(one["flow"], one["name"]) for one in page] == [("g", "Bina")]
    assert search.page(ORG, RosterFilter(flow="f"))["conversations"] == []
    assert indices(room.redis) == expected(room.redis)


def test_bytes_stay_counted(room: Room) -> None:
    say(room, "go", name="Asha")
    member = as_an_older_release_left_it(room)
    RosterRepair(room.conversations.store).list_anew(ORG, member)
    counted = int(room.redis.hget(state_key(ORG, member), "bytes"))
    assert counted == int(room.redis.get(bytes_key(ORG)))
    room.conversations.forget(ORG, "7")
    assert int(room.redis.get(bytes_key(ORG))) == 0


def test_a_turn_under_way_lists_itself(room: Room) -> None:
    say(room, "go", name="Asha")
    member = as_an_older_release_left_it(room)
    store = room.conversations.store
    lock = store.begin(ORG, "7")
    assert RosterRepair(store).list_anew(ORG, member) is not None
    assert indices(room.redis) == {}
    store.release(lock)
    say(room, "x", name="Asha")
    assert indices(room.redis) == expected(room.redis) != {}


@pytest.mark.parametrize("meanwhile", ["heard", "forgotten", "begun anew"])
def test_what_is_stored_meanwhile_is_kept(room: Room, meanwhile: str) -> None:
    """`begun anew` is of the same version as the state that was read."""

    class Slow(RosterRepair):
        def _last_message(self, org: str, contact: str) -> str:
            if meanwhile != "heard":
                room.conversations.forget(ORG, "7")
            if meanwhile != "forgotten":
                say(room, "other", name="Bina")
            return super()._last_message(org, contact)

    say(room, "go", name="Asha")
    member = as_an_older_release_left_it(room)
    Slow(room.conversations.store).list_anew(ORG, member)
    assert indices(room.redis) == expected(room.redis)
    if meanwhile != "forgotten":
        assert (place_of(room).flow, row_of(room)) == ("g", Row("7", "Bina", "other"))


@pytest.mark.parametrize("wrong", ["key", "session", "moved", "gone"])
def test_what_cannot_be_read_is_passed_over(room: Room, wrong: str) -> None:
    say(room, "go", name="Asha")
    store: Any = room.conversations.store
    member = as_an_older_release_left_it(room)
    if wrong == "key":
        store = Room(room.redis).conversations.store
        store.cipher = Cipher((SECOND_KEY,))
    elif wrong == "session":
        lock = store.begin(ORG, "7")
        store.commit(lock, {"session": {"version": 99, "contact": {"id": "7"}}})
    elif wrong == "moved":  # a state that somebody put in the place of another
        room.redis.rename(state_key(ORG, member), state_key(ORG, "8"))
        member = "8"
    else:
        member = "nobody"
    assert RosterRepair(store).list_anew(ORG, member) is None
    assert indices(room.redis) == {}
