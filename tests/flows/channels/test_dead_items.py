"""Items that were given up: kept with their reason, listed and forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.organisations.cipher import Cipher
from flows.channels import contact_queue
from flows.channels.contact_queue import ContactQueue
from flows.channels.held_item import Abandon, HeldItem
from tests.fixtures_app import SECOND_KEY
from tests.flows.channels.queues import CONTACT, ORG, drain, open_queue, push


def test_abandoned_items_stand_among_the_dead_with_their_reason(queue: ContactQueue) -> None:
    push(queue, "a", "b")

    def never(held: HeldItem) -> None:
        raise Abandon(f"no {held.item['name']}")

    assert queue.drain(ORG, CONTACT, never).handled == 2
    assert [dead.reason for dead in queue.dead(ORG)] == ["no b", "no a"]


def test_forgetting_a_contact_leaves_the_others(queue: ContactQueue) -> None:
    push(queue, "a")
    push(queue, "b", contact="other")
    for contact in (CONTACT, "other"):
        push(queue, f"dead-{contact}", contact=contact)

    def never(held: HeldItem) -> None:
        raise Abandon("never")

    queue.drain(ORG, "other", never)
    queue.drain(ORG, CONTACT, never)
    push(queue, "again")
    queue.forget(ORG, CONTACT)
    assert queue.waiting(ORG, CONTACT) == 0
    assert {dead.contact for dead in queue.dead(ORG)} == {"other"}


def test_an_item_that_no_key_opens_lets_others_pass(
    any_redis: Any, queue: ContactQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_queue, "MAX_TRIES", 1)
    push(queue, "sealed with a key that is gone")
    later = ContactQueue(any_redis, Cipher([SECOND_KEY]), "inbox")
    push(later, "b")
    assert drain(later) == ["b"]
    assert [dead.reason for dead in later.dead(ORG)] == ["CannotDecrypt"]
    open_queue(any_redis).forget(ORG, CONTACT)
