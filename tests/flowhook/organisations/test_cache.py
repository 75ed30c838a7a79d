"""The settings cache: one second at most, one read at a time, dropped on announcement."""

from __future__ import annotations

import threading

import pytest
import redis

from flowhook.organisations.cache import MAX_AGE_SECONDS, PAUSE_SECONDS, SettingsCache
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.store import SettingsStore
from flowhook.redis.connect import Client
from tests.fixtures_app import FIRST_KEY
from tests.waiting import wait_for


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class CountingStore(SettingsStore):
    """A store that counts its reads, and may be away or held up."""

    def __init__(self, client: Client) -> None:
        super().__init__(client, Cipher([FIRST_KEY]))
        self.reads = 0
        self.away = False
        self.gate = threading.Event()
        self.gate.set()

    def load(self, org: str) -> Organisation:
        self.reads += 1
        self.gate.wait(10)
        if self.away:
            raise redis.exceptions.ConnectionError("away")
        return super().load(org)


@pytest.fixture
def store(fake_redis: redis.Redis) -> CountingStore:
    store = CountingStore(fake_redis)
    store.sections.put("acme", "openai", {"is_active": True}, "me")
    return store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(store: CountingStore, clock: Clock) -> SettingsCache:
    return SettingsCache(store, clock)


def test_within_a_second_the_store_is_read_once(
    cache: SettingsCache, store: CountingStore, clock: Clock
) -> None:
    for _ in range(5):
        assert cache.get("acme").section("openai") == {"is_active": True}
    clock.now += MAX_AGE_SECONDS - 0.001
    cache.get("acme")
    assert store.reads == 1
    clock.now += 0.001
    cache.get("acme")
    assert store.reads == 2


def test_what_changes_while_it_is_read_is_not_held(
    cache: SettingsCache, store: CountingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = store.load

    def read_just_before_the_change(org: str) -> Organisation:
        found = load(org)
        cache.drop(org)  # what an announcement does
        return found

    with monkeypatch.context() as patched:
        patched.setattr(store, "load", read_just_before_the_change)
        cache.get("acme")
    cache.get("acme")
    assert store.reads == 2
    cache.get("acme")
    assert store.reads == 2


def test_the_age_counts_from_before_the_read(
    cache: SettingsCache, store: CountingStore, clock: Clock
) -> None:
    """A slow read must not make an old answer look new."""
    load = store.load

    def slowly(org: str) -> Organisation:
        found = load(org)
        clock.now += 0.9
        return found

    store.load = slowly  # type: ignore[method-assign]
    cache.get("acme")
    clock.now += 0.2
    cache.get("acme")
    assert store.reads == 2


def test_a_drop_is_seen_at_once(cache: SettingsCache, store: CountingStore) -> None:
    cache.get("acme")
    store.sections.patch("acme", "openai", {"is_active": False}, "me")
    cache.drop("acme")
    assert cache.get("acme").section("openai") == {"is_active": False}


def test_many_calls_at_once_share_one_read(cache: SettingsCache, store: CountingStore) -> None:
    store.gate.clear()
    found: list[Organisation] = []
    threads = [threading.Thread(target=lambda: found.append(cache.get("acme"))) for _ in range(20)]
    for thread in threads:
        thread.start()
    wait_for(lambda: store.reads, "the first read")
    store.gate.set()
    for thread in threads:
        thread.join()
    assert len(found) == 20
    assert store.reads == 1


def test_while_redis_is_away_what_is_young_is_served(
    cache: SettingsCache, store: CountingStore, clock: Clock
) -> None:
    cache.get("acme")
    store.away = True
    clock.now += 0.9
    assert cache.get("acme").exists
    clock.now += 0.1
    with pytest.raises(redis.exceptions.ConnectionError):
        cache.get("acme")


def test_after_a_failure_calls_fail_at_once_and_then_it_is_tried_again(
    cache: SettingsCache, store: CountingStore, clock: Clock
) -> None:
    store.away = True
    for _ in range(10):
        with pytest.raises(redis.exceptions.ConnectionError):
            cache.get("acme")
    assert store.reads == 1
    store.away = False
    clock.now += PAUSE_SECONDS
    assert cache.get("acme").exists


def test_organisations_that_do_not_exist_take_no_room(
    cache: SettingsCache, store: CountingStore
) -> None:
    for number in range(100):
        assert not cache.get(f"none-{number}").exists
    assert len(cache._held) == 0


def test_room_is_bounded_and_the_oldest_goes(
    cache: SettingsCache, store: CountingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowhook.organisations.cache.MAX_ORGANISATIONS", 3)
    for number in range(5):
        store.sections.put(f"org-{number}", "openai", {"is_active": True}, "me")
        cache.get(f"org-{number}")
    assert list(cache._held) == ["org-2", "org-3", "org-4"]


def test_a_change_by_another_process_is_announced(any_redis: Client) -> None:
    here = SettingsStore(any_redis, Cipher([FIRST_KEY]))
    there = SettingsStore(any_redis, Cipher([FIRST_KEY]))
    here.sections.put("acme", "openai", {"is_active": True}, "me")
    clock = Clock()  # stands still: only the announcement can make the difference
    cache = SettingsCache(here, clock)
    thread = cache.listen()
    try:

        def is_dropped() -> bool:
            there.sections.patch("acme", "openai", {"is_active": False}, "me")
            return cache.get("acme").section("openai") == {"is_active": False}

        cache.get("acme")
        wait_for(is_dropped, "the announcement")
    finally:
        cache.close()
        thread.join(5)
    assert not thread.is_alive()
