"""Queues on every kind of Redis: order, one at a time, crashes, tries, rests."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from flowhook.errors import Overloaded, ProviderTimeout
from flowhook.redis.keys import org_key
from flows.channels import contact_queue
from flows.channels.contact_queue import ContactQueue
from flows.channels.held_item import HeldItem, Postpone
from tests.flows.asking_twice import AsksTwice
from tests.flows.channels.queues import CONTACT, ORG, Clock, drain, open_queue, push
from tests.waiting import wait_for


def die(held: HeldItem) -> None:
    """What SIGKILL does to a holder: nothing is recorded, nothing is given back."""
    raise KeyboardInterrupt


def test_items_leave_in_order_each_once(queue: ContactQueue) -> None:
    assert push(queue, "a", "b", "c", "b", "a") == [True, True, True, False, False]
    assert drain(queue) == ["a", "b", "c"]
    assert drain(queue) == []
    assert push(queue, "c") == [False]
    assert queue.waiting(ORG, CONTACT) == 0


def test_nothing_readable_stands_in_redis(any_redis: Any, queue: ContactQueue) -> None:
    queue.push(ORG, CONTACT, "wamid.secret", {"text": "my HIV result"})
    key = org_key(ORG, "inbox", "lane", CONTACT)
    assert b"HIV" not in any_redis.lindex(key, 0)
    assert not list(any_redis.scan_iter("*wamid*"))


def test_an_id_is_remembered_longer_than_meta_repeats(any_redis: Any, queue: ContactQueue) -> None:
    push(queue, "a")
    (key,) = list(any_redis.scan_iter(org_key(ORG, "inbox", "seen", "*")))
    assert any_redis.ttl(key) > 7 * 24 * 3600


def test_only_one_drains_and_later_items_are_not_stranded(queue: ContactQueue) -> None:
    push(queue, "a")
    seen: list[str] = []

    def handle(held: HeldItem) -> None:
        seen.append(held.item["name"])
        if held.item["name"] == "a":
            push(queue, "b")
            assert queue.drain(ORG, CONTACT, handle).handled == 0

    assert queue.drain(ORG, CONTACT, handle).handled == 2
    assert seen == ["a", "b"]


def test_no_item_is_lost_with_an_answer_of_redis(any_redis: Any) -> None:
    queue = open_queue(AsksTwice(any_redis))
    assert push(queue, "a", "b", "c", "b") == [True, True, True, False]
    assert drain(queue) == ["a", "b", "c"]
    assert queue.waiting(ORG, CONTACT) == 0


def test_order_holds_under_concurrency(any_redis: Any) -> None:
    queue = open_queue(any_redis)
    contacts = [f"9198765432{number:02d}" for number in range(4)]
    seen: dict[str, list[int]] = {contact: [] for contact in contacts}
    busy = dict.fromkeys(contacts, 0)
    overlaps: list[str] = []

    def handle(held: HeldItem) -> None:
        contact = held.item["contact"]
        busy[contact] += 1
        if busy[contact] > 1:
            overlaps.append(contact)
        seen[contact].append(held.item["number"])
        busy[contact] -= 1

    def produce(contact: str) -> None:
        for number in range(25):
            queue.push(ORG, contact, f"{contact}-{number}", {"contact": contact, "number": number})
            queue.drain(ORG, contact, handle)

    def consume() -> None:
        for _ in range(25):
            for contact in contacts:
                queue.drain(ORG, contact, handle)

    threads = [threading.Thread(target=produce, args=(contact,)) for contact in contacts]
    threads += [threading.Thread(target=consume) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not overlaps
    assert seen == {contact: list(range(25)) for contact in contacts}


def test_a_crashed_holders_item_is_dealt_with_again(any_redis: Any) -> None:
    queue = open_queue(any_redis)
    push(queue, "a", "b")
    any_redis.set(org_key(ORG, "inbox", "lock", CONTACT), "a process that was killed", px=400)
    assert drain(queue) == [], "the dead holder's lease still runs"
    assert wait_for(lambda: drain(queue), "the lease to lapse") == ["a", "b"]


def test_a_living_holders_lease_outlasts_its_first_term(any_redis: Any) -> None:
    queue = open_queue(any_redis, lease_seconds=0.6)
    other = open_queue(any_redis, lease_seconds=0.6)
    push(queue, "a")
    lock = org_key(ORG, "inbox", "lock", CONTACT)
    renewals: list[int] = []

    def slow(held: HeldItem) -> None:
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

    assert queue.drain(ORG, CONTACT, slow).handled == 1


def test_who_lost_the_lease_drops_nothing(any_redis: Any, clock: Clock) -> None:
    queue = open_queue(any_redis, clock)
    push(queue, "a", "b")

    def handle(held: HeldItem) -> None:
        any_redis.set(org_key(ORG, "inbox", "lock", CONTACT), "another")

    assert queue.drain(ORG, CONTACT, handle).handled == 0
    assert queue.waiting(ORG, CONTACT) == 2
    assert any_redis.get(org_key(ORG, "inbox", "lock", CONTACT)) == b"another"


def test_a_failing_item_rests_longer_each_time_and_then_lets_others_pass(
    queue: ContactQueue, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    push(queue, "bad", "good")

    def handle(held: HeldItem) -> None:
        if held.item["name"] == "bad":
            raise ProviderTimeout("too late")

    rests = [queue.drain(ORG, CONTACT, handle).again_in for _ in range(7)]
    assert rests == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0]
    told = [record for record in caplog.records if record.message == "an item of a queue failed"]
    assert [vars(record)["cause"] for record in told] == ["ProviderTimeout"] * 7
    assert queue.waiting(ORG, CONTACT) == 2
    assert queue.drain(ORG, CONTACT, handle).handled == 2
    (dead,) = queue.dead(ORG)
    assert (dead.contact, dead.item, dead.reason) == (CONTACT, {"name": "bad"}, "ProviderTimeout")


def test_an_item_over_which_processes_die_is_put_aside(
    any_redis: Any, queue: ContactQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_queue, "MAX_TAKES", 3)
    push(queue, "poison", "good")
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            queue.drain(ORG, CONTACT, die)
    assert drain(queue) == ["good"]
    assert queue.dead(ORG)[0].item == {"name": "poison"}


def test_postponing_counts_no_try_and_keeps_the_order(queue: ContactQueue, clock: Clock) -> None:
    push(queue, "a", "b")

    def later(held: HeldItem) -> None:
        raise Postpone(7.5)

    for _ in range(20):
        assert queue.drain(ORG, CONTACT, later).again_in == 7.5
    assert list(queue.due()) == []
    clock.now += 7.5
    assert list(queue.due()) == [(ORG, CONTACT)]
    assert drain(queue) == ["a", "b"]
    assert queue.dead(ORG) == []


def test_a_full_queue_takes_no_more(queue: ContactQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_queue, "MAX_WAITING", 2)
    push(queue, "a", "b")
    with pytest.raises(Overloaded):
        push(queue, "c")
    assert push(queue, "b") == [False], "a repetition is no new item"
    assert drain(queue) == ["a", "b"]
    assert push(queue, "c") == [True], "what was refused may come again"
