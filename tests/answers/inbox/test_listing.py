"""An inbox page by page."""

from __future__ import annotations

from typing import Any

import pytest

from answers.inbox import listing
from answers.inbox.changes import answered, assigned, closed
from answers.inbox.item import NOT_FOUND, STATUSES
from answers.inbox.listing import InboxFilter, InboxList
from answers.inbox.store import InboxStore
from flowhook.organisations.cipher import Cipher
from flowhook.redis.connect import Client
from tests.answers.inbox.items import ORG, Clock, asked
from tests.fixtures_app import FIRST_KEY

OPEN_ONES = InboxFilter()


@pytest.fixture
def store(any_redis: Client) -> InboxStore:
    return InboxStore(any_redis, Cipher([FIRST_KEY]), Clock())


def fill(store: InboxStore, count: int, step: float = 1.0, **more: Any) -> list[str]:
    made = []
    for number in range(count):
        store.clock.now += step  # type: ignore[attr-defined]
        made.append(store.add(ORG, asked(f"Question {number}?", **more)).id)
    return made


def walk(store: InboxStore, wanted: InboxFilter = OPEN_ONES, count: int = 4) -> list[str]:
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = InboxList(store).page(ORG, wanted, cursor, count)
        found += [item.id for item in page.items]
        cursor = page.next_cursor
    return found


@pytest.mark.parametrize("step", [1.0, 0.0])
def test_pages_hold_each_item_once_in_order(store: InboxStore, step: float) -> None:
    made = fill(store, 11, step)
    newest = walk(store)
    assert sorted(newest) == sorted(made)
    assert walk(store, InboxFilter(oldest_first=True)) == newest[::-1]
    if step:
        assert newest == made[::-1]


def test_items_of_many_statuses_come_in_one_order(store: InboxStore) -> None:
    made = fill(store, 6)
    store.change(ORG, made[1], lambda item: answered(item, "Yes.", "Meera", store.now))
    store.change(ORG, made[4], lambda item: closed(item, "Meera", store.now))
    assert walk(store, InboxFilter(STATUSES)) == made[::-1]
    assert walk(store, InboxFilter(("answered", "closed"))) == [made[4], made[1]]
    assert walk(store) == [made[5], made[3], made[2], made[0]]


def test_filters_select(store: InboxStore) -> None:
    first, second = fill(store, 2)
    (other,) = fill(store, 1, contact="91800", flow="f2", flow_name="Clinic", kind=NOT_FOUND)
    store.change(ORG, second, lambda item: assigned(item, "Meera"))
    for wanted, found in (
        ({"contact": "91800"}, [other]),
        ({"contact": "919812345678", "oldest_first": True}, [first, second]),
        ({"flow": "f2"}, [other]),
        ({"flow": "Clinic"}, [other]),
        ({"kind": NOT_FOUND}, [other]),
        ({"assigned": "Meera"}, [second]),
        ({"assigned": "-"}, [other, first]),
    ):
        assert walk(store, InboxFilter(**wanted)) == found, wanted


def test_a_rare_match_takes_pages(store: InboxStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_LOOKED", 10)
    (rare,) = fill(store, 1, flow="rare")
    fill(store, 30)
    page = InboxList(store).page(ORG, InboxFilter(flow="rare"), count=4)
    assert page.items == []
    assert page.next_cursor
    assert walk(store, InboxFilter(flow="rare")) == [rare]


def test_what_is_no_cursor_is_refused(store: InboxStore) -> None:
    with pytest.raises(ValueError, match="Not a cursor"):
        InboxList(store).page(ORG, InboxFilter(), "yesterday")
