"""Sections in the store, on fakeredis, the embedded server and a cluster."""

from __future__ import annotations

import pytest

from flowhook.errors import NotFound
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.section_tag import section_tag
from flowhook.organisations.store import SettingsStore
from flowhook.redis.connect import Client
from tests.fixtures_app import FIRST_KEY, OpenService
from tests.versions import check_versions

KEY = "sk-0123456789abcdefghij"


@pytest.fixture
def store(any_redis: Client) -> SettingsStore:
    return SettingsStore(any_redis, Cipher([FIRST_KEY]))


def test_put_creates_then_replaces(store: SettingsStore) -> None:
    first = {"is_active": True, "api_key": KEY, "project": "p"}
    is_new, _ = store.sections.put("acme", "openai", first, "me")
    assert is_new
    second = {"is_active": False, "organization": "o"}
    is_new, stored = store.sections.put("acme", "openai", second, "me")
    assert (is_new, stored) == (False, store.load("acme").stored)
    assert store.load("acme").section("openai") == {
        "is_active": False,
        "api_key": KEY,  # a secret left out stays
        "organization": "o",
    }


def test_put_of_none_removes_a_secret(store: SettingsStore) -> None:
    store.sections.put("acme", "openai", {"api_key": KEY}, "me")
    store.sections.put("acme", "openai", {"api_key": None}, "me")
    assert "api_key" not in store.load("acme").section("openai")


def test_patch_changes_only_what_is_named(store: SettingsStore) -> None:
    store.sections.put("acme", "openai", {"is_active": True, "api_key": KEY, "project": "p"}, "me")
    changes = {"is_active": False, "project": None}
    stored = store.sections.patch("acme", "openai", changes, "me")
    assert stored == store.load("acme").stored
    tag = section_tag(stored, "openai")
    again = store.sections.patch("acme", "openai", changes, "me", tag)
    assert again == store.load("acme").stored
    assert store.load("acme").section("openai") == {"is_active": False, "api_key": KEY}
    with pytest.raises(NotFound):
        store.sections.patch("acme", "signature", {"phrase": "a new phrase"}, "me")


def test_accounts_stand_beside_the_section_and_go_with_it(store: SettingsStore) -> None:
    store.sections.put("acme", "openai", {"is_active": True}, "me")
    store.sections.put("acme", "openai/accounts/My second.one", {"api_key": KEY}, "me")
    store.sections.put("acme", "signature", {"phrase": "a new phrase"}, "me")
    assert set(store.load("acme").sections) == {
        "openai",
        "openai/accounts/My second.one",
        "signature",
    }
    store.sections.delete("acme", "openai", "me")
    assert set(store.load("acme").sections) == {"signature"}
    with pytest.raises(NotFound):
        store.sections.delete("acme", "openai", "me")


def test_the_marshmallow_whose_declared_fields_are_read() -> None:
    check_versions("marshmallow", ">=4.4.0,<5")


def test_a_put_over_http_reads_the_organisation_once(
    open_service: OpenService, real_redis: Client
) -> None:
    """Settings, tokens, quirks and circuits before it, and the settings with the write itself."""
    service = open_service(real_redis)
    service.organisation()
    for method in ("PUT", "PATCH"):
        real_redis.config_resetstat()
        body = {"requests_per_minute": 5, "concurrent_calls": None}
        assert service.operator(method, "/settings/acme/limits", body).status in (200, 201)
        assert real_redis.info("commandstats")["cmdstat_hgetall"]["calls"] == 5
