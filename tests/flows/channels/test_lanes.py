"""Lanes on every kind of Redis: order, one at a time, crashes, tries, rests."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from flowhook.errors import Overloaded, ProviderTimeout
from flowhook.organisations.cipher import Cipher
from flowhook.redis.keys import org_key
from flows.channels import contact_queue as lanes_module
from flows.channels.contact_queue import Abandon, ContactQueue, Postpone
from tests.fixtures_app import FIRST_KEY, SECOND_KEY
from tests.flows.asking_twice import AsksTwice
from tests.waiting import wait_for

ORG, CONTACT = "acme", "919876543210"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def open_lanes(redis: Any, clock: Clock | None = None, **more: Any) -> ContactQueue:
    if clock is not None:
        more["clock"] = clock
    return ContactQueue(redis, Cipher([FIRST_KEY]), "inbox", **more)


@pytest.fixture
def lanes(any_redis: Any, clock: Clock) -> ContactQueue:
    return open_lanes(any_redis, clock)


def push(lanes: ContactQueue, *names: str, contact: str = CONTACT) -> list[bool]:
    return [lanes.push(ORG, contact, name, {"name": name}) for name in names]


def drain(lanes: ContactQueue, contact: str = CONTACT) -> list[str]:
    seen: list[str] = []
    lanes.drain(ORG, contact, lambda item: seen.append(item["name"]))
    return seen


def die(item: Mapping[str, Any]) -> None:
    """What SIGKILL does to a holder: nothing is recorded, nothing is given back."""
    raise KeyboardInterrupt


def test_items_leave_in_order_each_once(lanes: ContactQueue) -> None:
    assert push(lanes, "a", "b", "c", "b", "a") == [True, True, True, False, False]
    assert drain(lanes) == ["a", "b", "c"]
    assert drain(lanes) == []
    assert push(lanes, "c") == [False]
    assert lanes.waiting(ORG, CONTACT) == 0


def test_nothing_readable_stands_in_redis(any_redis: Any, lanes: ContactQueue) -> None:
    lanes.push(ORG, CONTACT, "wamid.secret", {"text": "my HIV result"})
    key = org_key(ORG, "inbox", "lane", CONTACT)
    assert b"HIV" not in any_redis.lindex(key, 0)
    assert not list(any_redis.scan_iter("*wamid*"))


def test_an_id_is_remembered_longer_than_meta_repeats(any_redis: Any, lanes: ContactQueue) -> None:
    push(lanes, "a")
    (key,) = list(any_redis.scan_iter(org_key(ORG, "inbox", "seen", "*")))
    assert any_redis.ttl(key) > 7 * 24 * 3600


def test_only_one_drains_and_later_items_are_not_stranded(lanes: ContactQueue) -> None:
    push(lanes, "a")
    seen: list[str] = []

    def handle(item: Mapping[str, Any]) -> None:
        seen.append(item["name"])
        if item["name"] == "a":
            push(lanes, "b")
            assert lanes.drain(ORG, CONTACT, handle).handled == 0

    assert lanes.drain(ORG, CONTACT, handle).handled == 2
    assert seen == ["a", "b"]


def test_no_item_is_lost_with_an_answer_of_redis(any_redis: Any) -> None:
    lanes = open_lanes(AsksTwice(any_redis))
    assert push(lanes, "a", "b", "c", "b") == [True, True, True, False]
    assert drain(lanes) == ["a", "b", "c"]
    assert lanes.waiting(ORG, CONTACT) == 0


def test_order_holds_under_concurrency(any_redis: Any) -> None:
    lanes = open_lanes(any_redis)
    contacts = [f"9198765432{number:02d}" for number in range(4)]
    seen: dict[str, list[int]] = {contact: [] for contact in contacts}
    busy = dict.fromkeys(contacts, 0)
    overlaps: list[str] = []

    def handle(item: Mapping[str, Any]) -> None:
        contact = item["contact"]
        busy[contact] += 1
        if busy[contact] > 1:
            overlaps.append(contact)
        seen[contact].append(item["number"])
        busy[contact] -= 1

    def produce(contact: str) -> None:
        for number in range(25):
            lanes.push(ORG, contact, f"{contact}-{number}", {"contact": contact, "number": number})
            lanes.drain(ORG, contact, handle)

    def consume() -> None:
        for _ in range(25):
            for contact in contacts:
                lanes.drain(ORG, contact, handle)

    threads = [threading.Thread(target=produce, args=(contact,)) for contact in contacts]
    threads += [threading.Thread(target=consume) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not overlaps
    assert seen == {contact: list(range(25)) for contact in contacts}


def test_a_crashed_holders_item_is_dealt_with_again(any_redis: Any) -> None:
    lanes = open_lanes(any_redis)
    push(lanes, "a", "b")
    any_redis.set(org_key(ORG, "inbox", "lock", CONTACT), "a process that was killed", px=400)
    assert drain(lanes) == [], "the dead holder's lease still runs"
    assert wait_for(lambda: drain(lanes), "the lease to lapse") == ["a", "b"]


def test_a_living_holders_lease_outlasts_its_first_term(any_redis: Any) -> None:
    lanes = open_lanes(any_redis, lease_seconds=0.6)
    other = open_lanes(any_redis, lease_seconds=0.6)
    push(lanes, "a")
    lock = org_key(ORG, "inbox", "lock", CONTACT)
    renewals: list[int] = []

    def slow(item: Mapping[str, Any]) -> None:
        lowest = any_redis.pttl(lock)

        def was_renewed() -> bool:
            nonlocal lowest
            left = any_redis.pttl(lock)
            if left > lowest:
                renewals.append(left)
            lowest = left
            return len(renewals) >= 5

        wait_for(was_renewed, "five renewals")
        assert drain(other) == []

    assert lanes.drain(ORG, CONTACT, slow).handled == 1


def test_who_lost_the_lease_drops_nothing(any_redis: Any, clock: Clock) -> None:
    lanes = open_lanes(any_redis, clock)
    push(lanes, "a", "b")

    def handle(item: Mapping[str, Any]) -> None:
        any_redis.set(org_key(ORG, "inbox", "lock", CONTACT), "another")

    assert lanes.drain(ORG, CONTACT, handle).handled == 0
    assert lanes.waiting(ORG, CONTACT) == 2
    assert any_redis.get(org_key(ORG, "inbox", "lock", CONTACT)) == b"another"


def test_a_failing_item_rests_longer_each_time_and_then_lets_others_pass(
    lanes: ContactQueue, clock: Clock
) -> None:
    push(lanes, "bad", "good")

    def handle(item: Mapping[str, Any]) -> None:
        if item["name"] == "bad":
            raise ProviderTimeout("too late")

    rests = [lanes.drain(ORG, CONTACT, handle).again_in for _ in range(7)]
    assert rests == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0]
    assert lanes.waiting(ORG, CONTACT) == 2
    assert lanes.drain(ORG, CONTACT, handle).handled == 2
    (dead,) = lanes.dead(ORG)
    assert (dead.contact, dead.item, dead.reason) == (CONTACT, {"name": "bad"}, "ProviderTimeout")


def test_an_item_that_no_key_opens_lets_others_pass(
    any_redis: Any, lanes: ContactQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes_module, "MAX_TRIES", 1)
    push(lanes, "sealed with a key that is gone")
    later = ContactQueue(any_redis, Cipher([SECOND_KEY]), "inbox")
    push(later, "b")
    assert drain(later) == ["b"]
    assert [dead.reason for dead in later.dead(ORG)] == ["CannotDecrypt"]
    later.cipher = Cipher([FIRST_KEY])
    later.forget(ORG, CONTACT)


def test_an_item_over_which_processes_die_is_put_aside(
    any_redis: Any, lanes: ContactQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes_module, "MAX_TAKES", 3)
    push(lanes, "poison", "good")
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            lanes.drain(ORG, CONTACT, die)
    assert drain(lanes) == ["good"]
    assert lanes.dead(ORG)[0].item == {"name": "poison"}


def test_postponing_counts_no_try_and_keeps_the_order(lanes: ContactQueue, clock: Clock) -> None:
    push(lanes, "a", "b")

    def later(item: Mapping[str, Any]) -> None:
        raise Postpone(7.5)

    for _ in range(20):
        assert lanes.drain(ORG, CONTACT, later).again_in == 7.5
    assert list(lanes.due()) == []
    clock.now += 7.5
    assert list(lanes.due()) == [(ORG, CONTACT)]
    assert drain(lanes) == ["a", "b"]
    assert lanes.dead(ORG) == []


def test_abandoned_items_stand_among_the_dead_with_their_reason(lanes: ContactQueue) -> None:
    push(lanes, "a", "b")

    def never(item: Mapping[str, Any]) -> None:
        raise Abandon(f"no {item['name']}")

    assert lanes.drain(ORG, CONTACT, never).handled == 2
    assert [dead.reason for dead in lanes.dead(ORG)] == ["no b", "no a"]


def test_the_sweep_finds_only_what_nobody_works_on(lanes: ContactQueue, clock: Clock) -> None:
    push(lanes, "a")
    assert list(lanes.due()) == [], "its own wake-up is on the way"
    clock.now += lanes_module.GRACE_SECONDS
    assert list(lanes.due()) == [(ORG, CONTACT)]
    assert list(lanes.due()) == [], "it was woken just now"
    clock.now += lanes_module.WOKEN_SECONDS
    assert list(lanes.due()) == [(ORG, CONTACT)]

    def handle(item: Mapping[str, Any]) -> None:
        assert list(lanes.due()) == [], "it is being worked on"

    lanes.drain(ORG, CONTACT, handle)
    clock.now += 10_000
    assert list(lanes.due()) == []


def test_the_sweep_looks_at_all_organisations(
    any_redis: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes_module, "ASKED_AT_ONCE", 2)
    lanes = open_lanes(any_redis, clock)
    orgs = [f"org{number}" for number in range(5)]
    for org in orgs:
        lanes.push(org, CONTACT, org, {"name": org})
    clock.now += lanes_module.GRACE_SECONDS
    assert sorted(lanes.due()) == [(org, CONTACT) for org in orgs]


def test_a_full_lane_takes_no_more(lanes: ContactQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes_module, "MAX_WAITING", 2)
    push(lanes, "a", "b")
    with pytest.raises(Overloaded):
        push(lanes, "c")
    assert push(lanes, "b") == [False], "a repetition is no new item"
    assert drain(lanes) == ["a", "b"]
    assert push(lanes, "c") == [True], "what was refused may come again"


def test_forgetting_a_contact_leaves_the_others(lanes: ContactQueue) -> None:
    push(lanes, "a")
    push(lanes, "b", contact="other")
    for contact in (CONTACT, "other"):
        push(lanes, f"dead-{contact}", contact=contact)

    def never(item: Mapping[str, Any]) -> None:
        raise Abandon("never")

    lanes.drain(ORG, "other", never)
    lanes.drain(ORG, CONTACT, never)
    push(lanes, "again")
    lanes.forget(ORG, CONTACT)
    assert lanes.waiting(ORG, CONTACT) == 0
    assert {dead.contact for dead in lanes.dead(ORG)} == {"other"}
