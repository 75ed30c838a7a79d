"""Inboxes in Redis, on every kind of it."""

from __future__ import annotations

import threading

import pytest

from answers.inbox import store as store_module
from answers.inbox.changes import answered, closed
from answers.inbox.item import (
    ANSWERED,
    OPEN,
    SAID,
    SAID_SINCE,
    TEXT_CHARACTERS,
    NewItem,
    SaidBefore,
)
from answers.inbox.item_sealing import bytes_key, due_key, item_key, status_key
from answers.inbox.store import InboxStore
from flowhook.errors import Conflict, NotFound, RateLimited
from flowhook.organisations.cipher import Cipher
from flowhook.redis.connect import Client
from flowhook.redis.keys import gone_key, scan_organisation
from tests.answers.inbox.items import ORG, Clock, asked
from tests.fixtures_app import FIRST_KEY

DAY = 86_400


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(any_redis: Client, clock: Clock) -> InboxStore:
    return InboxStore(any_redis, Cipher([FIRST_KEY]), clock)


def add(store: InboxStore, new: NewItem | None = None, **more: str) -> str:
    return store.add(ORG, new or asked(), **more).id


def answer(store: InboxStore, item_id: str, text: str = "Yes.", by: str = "Meera") -> None:
    store.change(ORG, item_id, lambda item: answered(item, text, by, store.now))


def test_what_is_added_is_open_and_read_as_it_was(store: InboxStore) -> None:
    new = asked(context="She lives far away.", language="hi", way={"kind": "job", "more": 1})
    item = store.get(ORG, add(store, new))
    assert item.asked == new
    assert (item.state.status, item.state.times, item.way) == (OPEN, 1, "job")
    assert item.shown["said"] == [{"who": "contact", "text": "Hello", "at": "2026-01-02T11:59:00Z"}]
    assert item.head["at"] == "2026-01-02T12:00:00.000Z"
    assert store.count(ORG) == 1


def test_nothing_is_stored_in_clear(store: InboxStore, any_redis: Client) -> None:
    add(store, asked("malaria", name="Asha"), same="malaria")
    for key in scan_organisation(any_redis, ORG):
        assert b"919812345678" not in key
        if any_redis.type(key) == b"hash":
            assert not [value for value in any_redis.hvals(key) if "malaria" in str(value)]


def test_the_same_id_is_added_once(store: InboxStore) -> None:
    first = store.add(ORG, asked(), "a" * 22)
    again = store.add(ORG, asked("Another?"), "a" * 22)
    assert (first.is_new, again.is_new, again.id) == (True, False, first.id)
    assert store.get(ORG, first.id).asked.question == asked().question


def test_the_same_question_is_one_item_while_it_is_open(store: InboxStore, clock: Clock) -> None:
    first = add(store, same="clinic")
    clock.now += 60
    assert not store.add(ORG, asked(), same="clinic").is_new
    item = store.get(ORG, first)
    assert (item.state.times, item.state.asked_at) == (2, int(clock.now * 1000))
    answer(store, first)
    assert store.add(ORG, asked(), same="clinic").is_new
    assert store.add(ORG, asked(), same="another").is_new


def test_texts_are_cut_to_what_an_item_may_hold(store: InboxStore) -> None:
    said = tuple(SaidBefore("contact", f"{number} " + "x" * 5000) for number in range(SAID + 5))
    item = store.get(ORG, add(store, asked("x" * 20_000, said=said)))
    assert len(item.asked.question) == TEXT_CHARACTERS
    assert len(item.asked.said) == SAID
    assert item.asked.said[-1].text.startswith(f"{SAID + 4} ")


def test_only_one_of_two_experts_answers(store: InboxStore) -> None:
    item_id = add(store)
    refused: list[Conflict] = []

    def try_to(by: str) -> None:
        try:
            answer(store, item_id, f"from {by}", by)
        except Conflict as conflict:
            refused.append(conflict)

    threads = [threading.Thread(target=try_to, args=(by,)) for by in ("Meera", "Ravi")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    item = store.get(ORG, item_id)
    assert item.state.answer == f"from {item.state.by}"
    assert [item.state.by in one.message for one in refused] == [True]
    assert (store.count(ORG), store.count(ORG, ANSWERED)) == (0, 1)


def test_what_is_due_is_found_in_its_time(store: InboxStore, clock: Clock) -> None:
    waits, kept = add(store), add(store, asked(kind="not_found", way={"kind": "none"}))
    assert store.due(ORG, 10) == []
    clock.now += 7 * DAY
    assert store.due(ORG, 10) == [waits]
    clock.now += 23 * DAY
    assert store.due(ORG, 10) == [waits, kept]


def test_a_contacts_items_are_found_and_dropped(store: InboxStore, clock: Clock) -> None:
    first = add(store)
    clock.now += 1
    second = add(store, asked("And on Monday?"))
    add(store, asked(contact="918000000000"))
    assert [item.id for item in store.of_contact(ORG, "919812345678")] == [second, first]
    for item_id in (first, second):
        store.drop(ORG, item_id)
    assert store.of_contact(ORG, "919812345678") == []
    assert store.count(ORG) == 1


def test_a_contacts_open_items_are_read_without_those_that_ended(
    store: InboxStore, any_redis: Client
) -> None:
    ended, waits = add(store), add(store)
    answer(store, ended)
    any_redis.delete(item_key(ORG, ended))
    assert [item.id for item in store.of_contact(ORG, "919812345678", (OPEN,))] == [waits]
    spots = store.spots_of_contact(ORG, "919812345678", (ANSWERED,))
    assert [item_id for _, item_id in spots] == [ended]


def test_what_the_contact_says_then_is_added_once(store: InboxStore, any_redis: Client) -> None:
    item_id = add(store)
    for number in (1, 1, *range(2, SAID_SINCE + 3)):
        said = SaidBefore("contact", f"{number} " + "x" * 2_000, id=f"m{number}")
        assert store.add_said(ORG, item_id, said)
    since = store.get(ORG, item_id).since
    assert [one.text.split()[0] for one in since] == [str(n) for n in range(3, SAID_SINCE + 3)]
    assert len(store.get(ORG, item_id).shown["said"]) == 1 + SAID_SINCE
    answer(store, item_id)
    assert not store.add_said(ORG, item_id, SaidBefore("contact", "More", id="m99"))
    assert not store.add_said(ORG, "nothing", SaidBefore("contact", "More", id="m99"))
    store.drop(ORG, item_id)
    assert int(any_redis.get(bytes_key(ORG)) or 0) == 0


def test_nothing_is_left_of_what_was_dropped(store: InboxStore, any_redis: Client) -> None:
    item_id = add(store)
    answer(store, item_id)
    store.drop(ORG, item_id)
    store.drop(ORG, item_id)
    assert int(any_redis.get(bytes_key(ORG)) or 0) == 0
    left = {key.decode() for key in scan_organisation(any_redis, ORG)}
    assert left == {bytes_key(ORG)}


def test_a_full_inbox_refuses(store: InboxStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "MAX_OPEN", 2)
    ids = [add(store), add(store)]
    with pytest.raises(RateLimited):
        add(store)
    answer(store, ids[0])
    add(store)


def test_one_contact_does_not_fill_it(store: InboxStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "MAX_OPEN_OF_CONTACT", 2)
    ids = [add(store), add(store)]
    with pytest.raises(RateLimited):
        add(store)
    add(store, asked(contact="918000000000"))
    add(store, asked(contact=""))
    answer(store, ids[0])
    add(store)


def test_what_contacts_say_then_does_not_overfill_it(
    store: InboxStore, monkeypatch: pytest.MonkeyPatch, any_redis: Client
) -> None:
    ended, item_id = add(store, asked(way={"kind": "none"})), add(store)
    monkeypatch.setattr(store_module, "MAX_BYTES", int(any_redis.get(bytes_key(ORG)) or 0))
    assert store.add_said(ORG, item_id, SaidBefore("contact", "First", id="m1"))
    assert store.get(ORG, item_id).since == ()
    store.change(ORG, ended, lambda item: closed(item, "Meera", store.now))
    assert store.add_said(ORG, item_id, SaidBefore("contact", "Then", id="m2"))
    assert [one.text for one in store.get(ORG, item_id).since] == ["Then"]


def test_ended_items_make_room_for_new_ones(
    store: InboxStore, monkeypatch: pytest.MonkeyPatch, any_redis: Client
) -> None:
    nowhere = asked(way={"kind": "none"})
    ids = [add(store, nowhere) for _ in range(3)]
    monkeypatch.setattr(store_module, "MAX_BYTES", int(any_redis.get(bytes_key(ORG)) or 0))
    with pytest.raises(RateLimited):
        add(store)
    store.change(ORG, ids[1], lambda item: closed(item, "Meera", store.now))
    add(store, nowhere)
    assert store.find(ORG, ids[1]) is None
    assert store.find(ORG, ids[0]) is not None


def test_an_answer_counts_among_what_an_inbox_takes(store: InboxStore, any_redis: Client) -> None:
    item_id = add(store)
    before = int(any_redis.get(bytes_key(ORG)) or 0)
    answer(store, item_id, "x" * 4096)
    assert int(any_redis.get(bytes_key(ORG)) or 0) > before + 4096
    store.drop(ORG, item_id)
    assert int(any_redis.get(bytes_key(ORG)) or 0) == 0


def test_an_answer_that_is_on_its_way_makes_no_room(
    store: InboxStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    item_id = add(store)
    answer(store, item_id)
    monkeypatch.setattr(store_module, "MAX_BYTES", 1)
    with pytest.raises(RateLimited):
        add(store)
    assert store.find(ORG, item_id) is not None


def test_a_deleted_organisation_gets_nothing(store: InboxStore, any_redis: Client) -> None:
    item_id = add(store)
    any_redis.set(gone_key(ORG), b"1")
    with pytest.raises(NotFound):
        add(store)
    with pytest.raises(NotFound):
        answer(store, item_id)


def test_what_no_key_opens_is_not_there(store: InboxStore, any_redis: Client) -> None:
    item_id = add(store)
    any_redis.hset(item_key(ORG, item_id), "state", b"nothing of ours")
    assert store.find(ORG, item_id) is None
    store.drop(ORG, item_id)
    assert any_redis.zcard(status_key(ORG, OPEN)) == any_redis.zcard(due_key(ORG)) == 0
