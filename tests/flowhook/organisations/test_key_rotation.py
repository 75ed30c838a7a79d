"""Encrypting secrets anew, on fakeredis, the embedded server and a cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flowhook.organisations.cipher import Cipher
from flowhook.organisations.key_rotation import KeyRotation
from flowhook.organisations.store import SettingsStore
from flowhook.redis.connect import Client
from tests.fixtures_app import FIRST_KEY, SECOND_KEY
from tests.flowhook.organisations.everything import everything_in

KEY = "sk-0123456789abcdefghij"


@pytest.fixture
def store(any_redis: Client) -> SettingsStore:
    return SettingsStore(any_redis, Cipher([FIRST_KEY]))


def test_rotation_seals_what_is_stale_with_the_first_key(store: SettingsStore) -> None:
    store.sections.put("acme", "openai", {"api_key": KEY, "project": "p"}, "me")
    store.sections.put("acme", "openai/accounts/second", {"api_key": KEY}, "me")
    store.sections.put("acme", "whatsapp", {"access_token": KEY, "app_secret": KEY}, "me")
    both = SettingsStore(store.redis, Cipher([SECOND_KEY, FIRST_KEY]))
    assert both.keys.rotate("acme") == (4, 0)
    assert both.keys.rotate("acme") == (0, 0)
    alone = SettingsStore(store.redis, Cipher([SECOND_KEY]))
    assert alone.load("acme").section("openai")["api_key"] == KEY
    assert alone.load("acme").section("whatsapp")["app_secret"] == KEY


def test_what_no_key_opens_is_counted_and_left(store: SettingsStore) -> None:
    store.sections.put("acme", "openai", {"api_key": KEY}, "me")
    before = everything_in(store.redis)
    assert SettingsStore(store.redis, Cipher([SECOND_KEY])).keys.rotate("acme") == (0, 1)
    assert everything_in(store.redis) == before


class Interrupting(KeyRotation):
    """Something happens between the comparison of a stale secret and its replacement."""

    def __init__(self, client: Client, happens: Callable[[], None]) -> None:
        super().__init__(client, Cipher([SECOND_KEY, FIRST_KEY]))
        self.happens: list[Callable[[], None]] = [happens]

    def _replace_if_same(self, key: str, field: str, old: bytes, new: bytes) -> int:
        pipeline = self.redis.pipeline

        def interrupted(**options: bool) -> Any:
            pipe = pipeline(**options)
            multi = pipe.multi

            def multi_later() -> None:
                if self.happens:
                    self.happens.pop()()
                multi()

            pipe.multi = multi_later
            return pipe

        self.redis.pipeline = interrupted
        try:
            return super()._replace_if_same(key, field, old, new)
        finally:
            self.redis.pipeline = pipeline


@pytest.mark.parametrize(
    ("change", "rotated", "key"),
    [
        ({"project": "p2"}, (1, 0), KEY),
        ({"api_key": "sk-changed-meanwhile"}, (0, 0), "sk-changed-meanwhile"),
    ],
)
def test_a_change_during_rotation_is_not_lost(
    store: SettingsStore, change: dict[str, str], rotated: tuple[int, int], key: str
) -> None:
    store.sections.put("acme", "openai", {"api_key": KEY, "project": "p"}, "me")
    fresh = SettingsStore(store.redis, Cipher([SECOND_KEY, FIRST_KEY]))
    patch = store.redis.pipeline  # the change is made over its own, uninterrupted pipeline

    def happens() -> None:
        interrupted, store.redis.pipeline = store.redis.pipeline, patch
        fresh.sections.patch("acme", "openai", change, "me")
        store.redis.pipeline = interrupted

    assert Interrupting(store.redis, happens).rotate("acme") == rotated
    section = SettingsStore(store.redis, Cipher([SECOND_KEY])).load("acme").section("openai")
    assert section == {"api_key": key, "project": change.get("project", "p")}
