"""People are told when something waits for them, and not at night."""

from __future__ import annotations

import pytest

from answers.inbox.alert import EVENT, inbox_condition
from answers.inbox.changes import closed
from answers.inbox.store import InboxStore
from flowhook.alerts.conditions import Condition
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.redis.connect import Client
from flowhook.redis.keys import org_key
from tests.answers.inbox.items import ORG, Clock, asked
from tests.fixtures_app import FIRST_KEY

NIGHT = {"quiet_from": "20:00", "quiet_until": "08:00"}


@pytest.fixture
def clock() -> Clock:
    return Clock()  # 17:30 in India


@pytest.fixture
def store(fake_redis: Client, clock: Clock) -> InboxStore:
    return InboxStore(fake_redis, Cipher([FIRST_KEY]), clock)


@pytest.fixture
def condition(store: InboxStore, clock: Clock) -> Condition:
    return inbox_condition(store, clock)


def told(condition: Condition, **sections: dict[str, str]) -> list[str]:
    organisation = Organisation(ORG, {"inbox": NIGHT, **sections}, {})
    return [alert.message for alert in condition(organisation)]


def test_what_waits_is_told(condition: Condition, store: InboxStore) -> None:
    assert told(condition) == []
    first = store.add(ORG, asked()).id
    assert told(condition) == ["1 question waits for a person"]
    second = store.add(ORG, asked()).id
    assert told(condition) == ["2 questions wait for a person"]
    for item_id in (first, second):
        store.change(ORG, item_id, lambda item: closed(item, "Meera", store.now))
    assert told(condition) == []


def test_nothing_is_told_at_night(condition: Condition, store: InboxStore, clock: Clock) -> None:
    store.add(ORG, asked())
    clock.now += 3 * 3600
    assert told(condition) == []
    assert told(condition, timezone={"name": "Africa/Nairobi"}) != []
    clock.now += 12 * 3600
    assert told(condition) != []


def test_what_was_told_is_not_over_before_the_morning(
    condition: Condition, store: InboxStore, clock: Clock
) -> None:
    item_id = store.add(ORG, asked()).id
    store.redis.hset(org_key(ORG, "alerts"), EVENT, b"{}")
    store.change(ORG, item_id, lambda item: closed(item, "Meera", store.now))
    clock.now += 3 * 3600
    assert told(condition) != []
    clock.now += 12 * 3600
    assert told(condition) == []
