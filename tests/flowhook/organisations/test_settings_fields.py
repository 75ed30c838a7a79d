"""How settings are stored, on fakeredis, the embedded server and a cluster."""

from __future__ import annotations

import pytest

from flowhook.organisations.cipher import Cipher
from flowhook.organisations.store import SettingsStore
from flowhook.redis.connect import Client
from flowhook.redis.keys import org_key
from tests.fixtures_app import FIRST_KEY, SECOND_KEY
from tests.flowhook.organisations.everything import everything_in

KEY = "sk-0123456789abcdefghij"


@pytest.fixture
def store(any_redis: Client) -> SettingsStore:
    return SettingsStore(any_redis, Cipher([FIRST_KEY]))


def test_secrets_are_sealed_and_plain_fields_are_not(store: SettingsStore) -> None:
    store.sections.put("acme", "openai", {"api_key": KEY, "project": "proj_readable"}, "me")
    stored = everything_in(store.redis)
    assert KEY.encode() not in stored
    assert b"proj_readable" in stored


def test_a_secret_copied_to_another_organisation_does_not_open(store: SettingsStore) -> None:
    store.sections.put("acme", "openai", {"api_key": KEY}, "me")
    raw = store.redis.hget(org_key("acme", "settings"), "openai:api_key")
    store.sections.put("thief", "openai", {"is_active": True}, "me")
    store.redis.hset(org_key("thief", "settings"), "openai:api_key", raw)
    assert store.load("thief").section("openai") == {"is_active": True}


def test_a_secret_that_no_key_opens_can_be_saved_anew(store: SettingsStore) -> None:
    store.sections.put("acme", "openai", {"is_active": True, "api_key": KEY}, "me")
    other = SettingsStore(store.redis, Cipher([SECOND_KEY]))
    assert other.load("acme").section("openai") == {"is_active": True}
    other.sections.patch("acme", "openai", {"api_key": "sk-the-new-key"}, "me")
    assert other.load("acme").section("openai")["api_key"] == "sk-the-new-key"
