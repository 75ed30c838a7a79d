"""Tokens in the store, on fakeredis, the embedded server and a cluster."""

from __future__ import annotations

import orjson
import pytest

from flowhook.errors import NotFound
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.roles import SCOPES
from flowhook.organisations.store import SettingsStore
from flowhook.redis.connect import Client
from flowhook.redis.keys import org_key
from tests.fixtures_app import FIRST_KEY
from tests.flowhook.organisations.everything import everything_in

KEY = "sk-0123456789abcdefghij"


@pytest.fixture
def store(any_redis: Client) -> SettingsStore:
    return SettingsStore(any_redis, Cipher([FIRST_KEY]))


def test_tokens_are_stored_hashed_and_revoked(store: SettingsStore) -> None:
    token, text = store.tokens.create("acme", "webhook", "flows", "me")
    assert text.startswith(f"fh.acme.{token.id}.")
    assert text.rpartition(".")[2].encode() not in everything_in(store.redis)
    kept = store.load("acme").tokens[token.id]
    assert (kept.scope, kept.label) == ("webhook", "flows")
    store.tokens.delete("acme", token.id, "me")
    assert store.load("acme").tokens == {}
    with pytest.raises(NotFound):
        store.tokens.delete("acme", token.id, "me")


@pytest.mark.parametrize("scope", SCOPES)
def test_the_last_release_makes_nobody_an_admin(store: SettingsStore, scope: str) -> None:
    """It lets every scope but webhook do what an admin may."""
    token, _ = store.tokens.create("acme", scope, "Asha", "me")
    stored = orjson.loads(store.redis.hget(org_key("acme", "tokens"), token.id))
    assert stored["scope"] == ("admin" if scope == "admin" else "webhook")
    assert store.load("acme").tokens[token.id].scope == scope


def test_a_role_that_is_stored_as_a_scope_is_read(store: SettingsStore) -> None:
    stored = {"scope": "viewer", "label": "", "created_at": "2026-11-28T00:00:00Z", "digest": "00"}
    store.redis.hset(org_key("acme", "tokens"), "0123456789ab", orjson.dumps(stored))
    assert store.load("acme").tokens["0123456789ab"].scope == "viewer"
