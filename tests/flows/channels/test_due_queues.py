"""The sweep, which finds queues that nobody works on."""

from __future__ import annotations

from typing import Any

import pytest

from flows.channels import due_queues
from flows.channels.contact_queue import ContactQueue
from flows.channels.held_item import HeldItem
from tests.flows.channels.queues import CONTACT, ORG, Clock, open_queue, push


def test_the_sweep_finds_only_what_nobody_works_on(queue: ContactQueue, clock: Clock) -> None:
    push(queue, "a")
    assert list(queue.due()) == [], "its own wake-up is on the way"
    clock.now += due_queues.GRACE_SECONDS
    assert list(queue.due()) == [(ORG, CONTACT)]
    assert list(queue.due()) == [], "it was woken just now"
    clock.now += due_queues.WOKEN_SECONDS
    assert list(queue.due()) == [(ORG, CONTACT)]

    def handle(held: HeldItem) -> None:
        assert list(queue.due()) == [], "it is being worked on"

    queue.drain(ORG, CONTACT, handle)
    clock.now += 10_000
    assert list(queue.due()) == []


def test_the_sweep_looks_at_all_organisations(
    any_redis: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due_queues, "ASKED_AT_ONCE", 2)
    queue = open_queue(any_redis, clock)
    orgs = [f"org{number}" for number in range(5)]
    for org in orgs:
        queue.push(org, CONTACT, org, {"name": org})
    clock.now += due_queues.GRACE_SECONDS
    assert sorted(queue.due()) == [(org, CONTACT) for org in orgs]
