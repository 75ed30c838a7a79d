"""Approved answers in Redis: their bounds, their seals, and what two processes see of them."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
import redis

from answers.approved import store as stores
from answers.approved.approved import Approved
from answers.approved.counts import AnswerCounts
from answers.approved.sealing import answers_key
from answers.approved.store import ApprovedStore
from flowhook.errors import Changed, InvalidInput, NotFound, TooLarge
from flowhook.organisations.changes import Changes
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.settings_change import settings_key
from tests.fixtures_app import FIRST_KEY, SECOND_KEY

NOON = 1_798_718_400.0  # 2026-12-31, 12:00 UTC
QUESTION = "When are the school fees due?"
FEES: dict[str, Any] = {"question": QUESTION, "answer": "On the fifth.", "also": ()}


TICKS = count()


def open_store(redis: Any, *keys: str) -> ApprovedStore:
    """A store whose clock goes a second on each time it is asked."""
    cipher = Cipher(keys or [FIRST_KEY])
    return ApprovedStore(redis, cipher, Changes(redis), lambda: NOON + next(TICKS))


def finder(redis: Any, now: float = NOON) -> Approved:
    """As another process has it."""
    return Approved(open_store(redis), AnswerCounts(redis), lambda: now)


def organisation(redis: Any, **sections: Any) -> Organisation:
    """As a call reads it."""
    sections = {"answers": {"is_active": True}, **sections}
    return Organisation("acme", sections, {}, stored=redis.hgetall(settings_key("acme")))


def given(approved: Approved, redis: Any, question: str = QUESTION, **more: Any) -> str:
    found = approved.find(organisation(redis, **more), question)
    return found.answer if found else ""


def test_answers_are_kept_sealed_and_counted(any_redis: redis.Redis) -> None:
    store = open_store(any_redis)
    one = store.add("acme", {**FEES, "also": ("Fees when?",)}, "me")
    head = store.head("acme")
    assert (head.number, head.count, head.questions) == (1, 1, 2)
    assert store.all("acme") == [one] == [store.get("acme", one.id)]
    for raw in any_redis.hgetall(answers_key("acme")).values():
        assert b"fifth" not in raw
        assert b"school" not in raw
    store.put("acme", one.id, FEES, "you")
    assert store.get("acme", one.id).by == "you"
    assert (store.head("acme").number, store.head("acme").questions) == (2, 1)
    with pytest.raises(Changed):
        store.delete("acme", one.id, "me", [one.tag])
    store.delete("acme", one.id, "me", [store.get("acme", one.id).tag])
    head = store.head("acme")
    assert (head.number, head.count, head.questions, head.bytes) == (3, 0, 0, 0)
    with pytest.raises(NotFound):
        store.get("acme", one.id)


def test_what_no_key_opens_is_missing(any_redis: redis.Redis) -> None:
    open_store(any_redis).add("acme", FEES, "me")
    other = open_store(any_redis, SECOND_KEY)
    assert other.all("acme") == []
    other.add("acme", FEES, "me")
    assert len(other.all("acme")) == 1


def test_there_are_bounds(fake_redis: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(fake_redis)
    monkeypatch.setattr(stores, "MAX_ANSWERS", 2)
    ids = [store.add("acme", FEES, "me").id for _ in range(2)]
    with pytest.raises(TooLarge):
        store.add("acme", FEES, "me")
    monkeypatch.setattr(stores, "MAX_QUESTIONS", 3)
    store.put("acme", ids[0], {**FEES, "also": ("How?",)}, "me")
    with pytest.raises(TooLarge):
        store.put("acme", ids[1], {**FEES, "also": ("How?",)}, "me")
    monkeypatch.setattr(stores, "MAX_BYTES", 100)
    with pytest.raises(TooLarge):
        store.put("acme", ids[1], {**FEES, "answer": "x" * 100}, "me")
    store.put("acme", ids[1], {**FEES, "answer": "x"}, "me")
    store.delete("acme", ids[0], "me")


def test_what_an_expert_answers_is_approved_once(fake_redis: redis.Redis) -> None:
    approved = finder(fake_redis)
    store = approved.store
    one = approved.approve("acme", "Can I eat papaya?", "Yes, ripe.", "Asha")
    assert approved.approve("acme", "Can I eat papaya?", "Yes, ripe.", "Asha") == one
    assert store.head("acme").number == 1
    assert approved.approve("acme", "Can I eat papaya?", "Ask me.", "Asha") == one
    [kept] = store.all("acme")
    assert (kept.answer, kept.language, kept.until) == ("Ask me.", "", "")
    with pytest.raises(InvalidInput):
        approved.approve("acme", "x" * 2_000, "Yes.", "Asha")


def test_other_processes_see_each_change(any_redis: redis.Redis) -> None:
    store, processes = open_store(any_redis), [finder(any_redis), finder(any_redis)]
    one = store.add("acme", FEES, "me")
    assert [given(process, any_redis) for process in processes] == ["On the fifth."] * 2
    store.put("acme", one.id, {**FEES, "answer": "On the sixth."}, "me")
    assert [given(process, any_redis) for process in processes] == ["On the sixth."] * 2
    store.delete("acme", one.id, "me")
    assert [given(process, any_redis) for process in processes] == [""] * 2


def test_settings_of_a_moment_ago_cost_no_second_look(fake_redis: redis.Redis) -> None:
    store, approved = open_store(fake_redis), finder(fake_redis)
    store.add("acme", FEES, "me")
    before = organisation(fake_redis)
    store.add("acme", {**FEES, "answer": "On the sixth."}, "me")
    for settings in (organisation(fake_redis), before):
        found = approved.find(settings, FEES["question"])
        assert found
        assert found.answer == "On the sixth."
    fake_redis.delete(answers_key("acme"))
    assert approved.find(before, FEES["question"])


def test_it_ends_with_its_last_day_where_the_organisation_is(fake_redis: redis.Redis) -> None:
    open_store(fake_redis).add("acme", {**FEES, "until": "2026-12-31"}, "me")
    new_year_in_india = NOON + 7 * 3600
    assert given(finder(fake_redis, new_year_in_india - 3600), fake_redis)
    assert not given(finder(fake_redis, new_year_in_india), fake_redis)
    late = finder(fake_redis, new_year_in_india)
    assert given(late, fake_redis, timezone={"name": "Europe/London"})
    open_store(fake_redis).add("acme", {**FEES, "answer": "On the first."}, "me")
    assert given(late, fake_redis) == "On the first."


def test_without_the_section_nothing_is_looked_up(fake_redis: redis.Redis) -> None:
    open_store(fake_redis).add("acme", FEES, "me")
    approved = finder(fake_redis)
    assert not given(approved, fake_redis, answers={"is_active": False})
    assert not given(approved, fake_redis, answers={})
    assert not given(approved, fake_redis, question="x" * 100_000)
    assert not given(approved, fake_redis, question="?!")


def test_the_memory_of_a_process_is_bounded(fake_redis: redis.Redis) -> None:
    store, approved = open_store(fake_redis), finder(fake_redis)
    approved.indices.most_bytes = 10_000
    for number in range(5):
        store.add(f"org{number}", {**FEES, "answer": "x" * 2_000}, "me")
    for number in [*range(5), 0, 4]:
        stored: Any = fake_redis.hgetall(settings_key(f"org{number}"))
        settings = Organisation(f"org{number}", {"answers": {"is_active": True}}, {}, stored=stored)
        assert approved.find(settings, FEES["question"])
    assert sum(one.index.bytes for one in approved.indices._held.values()) <= 10_000
