"""The settings store, on fakeredis, the embedded server and a cluster."""

from __future__ import annotations

import pytest

from flowhook.errors import NotFound
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.store import SettingsStore
from flowhook.redis.connect import Client
from tests.fixtures_app import FIRST_KEY
from tests.flowhook.organisations.everything import everything_in

KEY = "sk-0123456789abcdefghij"


@pytest.fixture
def store(any_redis: Client) -> SettingsStore:
    return SettingsStore(any_redis, Cipher([FIRST_KEY]))


def test_an_unknown_organisation_is_empty(store: SettingsStore) -> None:
    organisation = store.load("acme")
    assert not organisation.exists
    assert organisation.section("openai") == {}


def test_pages_walk_all_organisations_in_order(store: SettingsStore) -> None:
    names = [f"org-{number:03d}" for number in range(250)]
    for name in reversed(names):
        store.sections.put(name, "openai", {"is_active": name.endswith("1")}, "me")
    walked: list[tuple[str, bool]] = []
    while page := store.page(walked[-1][0] if walked else "", 100):
        assert len(page) <= 100
        walked += page
    assert [name for name, _ in walked] == names
    assert all(active == name.endswith("1") for name, active in walked)
    assert list(store.organisations()) == names


def test_a_deleted_organisation_leaves_nothing_but_the_audit(store: SettingsStore) -> None:
    store.sections.put("acme", "openai", {"api_key": KEY, "project": "proj_gone"}, "me")
    store.tokens.create("acme", "admin", "a label", "me")
    store.sections.put("acme2", "openai", {"project": "proj_stays"}, "me")
    store.delete_organisation("acme", "me")
    assert not store.load("acme").exists
    assert list(store.organisations()) == ["acme2"]
    left = everything_in(store.redis)
    assert b"proj_gone" not in left
    assert b"a label" not in left
    assert b"proj_stays" in left
    assert store.audit.read("acme", "", 1)[0]["action"] == "delete"
    with pytest.raises(NotFound):
        store.delete_organisation("acme", "me")
