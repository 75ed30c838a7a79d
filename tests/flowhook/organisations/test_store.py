"""The settings store on fakeredis, the embedded server and a cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from flowhook.errors import NotFound
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.roles import SCOPES
from flowhook.organisations.store import SettingsStore
from flowhook.redis.connect import Client
from flowhook.redis.keys import org_key
from tests.fixtures_app import FIRST_KEY, SECOND_KEY
from tests.flowhook.organisations.everything import everything_in
from tests.versions import check_versions

KEY = "sk-0123456789abcdefghij"


@pytest.fixture
def store(any_redis: Client) -> SettingsStore:
    return SettingsStore(any_redis, Cipher([FIRST_KEY]))


def test_an_unknown_organisation_is_empty(store: SettingsStore) -> None:
    organisation = store.load("acme")
    assert not organisation.exists
    assert organisation.section("openai") == {}


def test_put_creates_then_replaces(store: SettingsStore) -> None:
    assert store.put("acme", "openai", {"is_active": True, "api_key": KEY, "project": "p"}, "me")
    assert not store.put("acme", "openai", {"is_active": False, "organization": "o"}, "me")
    assert store.load("acme").section("openai") == {
        "is_active": False,
        "api_key": KEY,  # a secret left out stays
        "organization": "o",
    }


def test_put_of_none_removes_a_secret(store: SettingsStore) -> None:
    store.put("acme", "openai", {"api_key": KEY}, "me")
    store.put("acme", "openai", {"api_key": None}, "me")
    assert "api_key" not in store.load("acme").section("openai")


def test_patch_changes_only_what_is_named(store: SettingsStore) -> None:
    store.put("acme", "openai", {"is_active": True, "api_key": KEY, "project": "p"}, "me")
    store.patch("acme", "openai", {"is_active": False, "project": None}, "me")
    assert store.load("acme").section("openai") == {"is_active": False, "api_key": KEY}
    with pytest.raises(NotFound):
        store.patch("acme", "signature", {"phrase": "a new phrase"}, "me")


def test_accounts_stand_beside_the_section_and_go_with_it(store: SettingsStore) -> None:
    store.put("acme", "openai", {"is_active": True}, "me")
    store.put("acme", "openai/accounts/My second.one", {"api_key": KEY}, "me")
    store.put("acme", "signature", {"phrase": "a new phrase"}, "me")
    assert set(store.load("acme").sections) == {
        "openai",
        "openai/accounts/My second.one",
        "signature",
    }
    store.delete("acme", "openai", "me")
    assert set(store.load("acme").sections) == {"signature"}
    with pytest.raises(NotFound):
        store.delete("acme", "openai", "me")


def test_secrets_are_sealed_and_plain_fields_are_not(store: SettingsStore) -> None:
    store.put("acme", "openai", {"api_key": KEY, "project": "proj_readable"}, "me")
    stored = everything_in(store.redis)
    assert KEY.encode() not in stored
    assert b"proj_readable" in stored


def test_a_secret_copied_to_another_organisation_does_not_open(store: SettingsStore) -> None:
    store.put("acme", "openai", {"api_key": KEY}, "me")
    raw = store.redis.hget(org_key("acme", "settings"), "openai:api_key")
    store.put("thief", "openai", {"is_active": True}, "me")
    store.redis.hset(org_key("thief", "settings"), "openai:api_key", raw)
    assert store.load("thief").section("openai") == {"is_active": True}


def test_a_secret_that_no_key_opens_can_be_saved_anew(store: SettingsStore) -> None:
    store.put("acme", "openai", {"is_active": True, "api_key": KEY}, "me")
    other = SettingsStore(store.redis, Cipher([SECOND_KEY]))
    assert other.load("acme").section("openai") == {"is_active": True}
    other.patch("acme", "openai", {"api_key": "sk-the-new-key"}, "me")
    assert other.load("acme").section("openai")["api_key"] == "sk-the-new-key"


def test_tokens_are_stored_hashed_and_revoked(store: SettingsStore) -> None:
    token, text = store.create_token("acme", "webhook", "flows", "me")
    assert text.startswith(f"fh.acme.{token.id}.")
    assert text.rpartition(".")[2].encode() not in everything_in(store.redis)
    kept = store.load("acme").tokens[token.id]
    assert (kept.scope, kept.label) == ("webhook", "flows")
    store.delete_token("acme", token.id, "me")
    assert store.load("acme").tokens == {}
    with pytest.raises(NotFound):
        store.delete_token("acme", token.id, "me")


@pytest.mark.parametrize("scope", SCOPES)
def test_the_last_release_makes_nobody_an_admin(store: SettingsStore, scope: str) -> None:
    """It lets every scope but webhook do what an admin may."""
    token, _ = store.create_token("acme", scope, "Asha", "me")
    stored = orjson.loads(store.redis.hget(org_key("acme", "tokens"), token.id))
    assert stored["scope"] == ("admin" if scope == "admin" else "webhook")
    assert store.load("acme").tokens[token.id].scope == scope


def test_a_role_that_is_stored_as_a_scope_is_read(store: SettingsStore) -> None:
    stored = {"scope": "viewer", "label": "", "created_at": "2026-11-28T00:00:00Z", "digest": "00"}
    store.redis.hset(org_key("acme", "tokens"), "0123456789ab", orjson.dumps(stored))
    assert store.load("acme").tokens["0123456789ab"].scope == "viewer"


def test_pages_walk_all_organisations_in_order(store: SettingsStore) -> None:
    names = [f"org-{number:03d}" for number in range(250)]
    for name in reversed(names):
        store.put(name, "openai", {"is_active": name.endswith("1")}, "me")
    walked: list[tuple[str, bool]] = []
    while page := store.page(walked[-1][0] if walked else "", 100):
        assert len(page) <= 100
        walked += page
    assert [name for name, _ in walked] == names
    assert all(active == name.endswith("1") for name, active in walked)
    assert list(store.organisations()) == names


def test_a_deleted_organisation_leaves_nothing_but_the_audit(store: SettingsStore) -> None:
    store.put("acme", "openai", {"api_key": KEY, "project": "proj_gone"}, "me")
    store.create_token("acme", "admin", "a label", "me")
    store.put("acme2", "openai", {"project": "proj_stays"}, "me")
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


def test_the_audit_names_who_and_which_fields_never_values(store: SettingsStore) -> None:
    store.put("acme", "openai", {"api_key": KEY, "project": "proj_value"}, "operator")
    store.patch("acme", "openai", {"is_active": True}, "token 1a2b")
    entries = store.audit.read("acme", "", 10)
    shown = [(e["actor"], e["action"], e["what"], e["fields"]) for e in entries]
    assert shown == [
        ("token 1a2b", "change", "openai", ["is_active"]),
        ("operator", "create", "openai", ["api_key", "project"]),
    ]
    assert KEY not in str(entries)
    assert "proj_value" not in str(entries)
    older = store.audit.read("acme", entries[0]["id"], 10)
    assert older == entries[1:]


def test_rotation_seals_what_is_stale_with_the_first_key(store: SettingsStore) -> None:
    store.put("acme", "openai", {"api_key": KEY, "project": "p"}, "me")
    store.put("acme", "openai/accounts/second", {"api_key": KEY}, "me")
    store.put("acme", "whatsapp", {"access_token": KEY, "app_secret": KEY}, "me")
    both = SettingsStore(store.redis, Cipher([SECOND_KEY, FIRST_KEY]))
    assert both.rotate("acme") == (4, 0)
    assert both.rotate("acme") == (0, 0)
    alone = SettingsStore(store.redis, Cipher([SECOND_KEY]))
    assert alone.load("acme").section("openai")["api_key"] == KEY
    assert alone.load("acme").section("whatsapp")["app_secret"] == KEY


def test_what_no_key_opens_is_counted_and_left(store: SettingsStore) -> None:
    store.put("acme", "openai", {"api_key": KEY}, "me")
    before = everything_in(store.redis)
    assert SettingsStore(store.redis, Cipher([SECOND_KEY])).rotate("acme") == (0, 1)
    assert everything_in(store.redis) == before


class Interrupting(SettingsStore):
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
    store.put("acme", "openai", {"api_key": KEY, "project": "p"}, "me")
    fresh = SettingsStore(store.redis, Cipher([SECOND_KEY, FIRST_KEY]))
    patch = store.redis.pipeline  # the change is made over its own, uninterrupted pipeline

    def happens() -> None:
        interrupted, store.redis.pipeline = store.redis.pipeline, patch
        fresh.patch("acme", "openai", change, "me")
        store.redis.pipeline = interrupted

    assert Interrupting(store.redis, happens).rotate("acme") == rotated
    section = SettingsStore(store.redis, Cipher([SECOND_KEY])).load("acme").section("openai")
    assert section == {"api_key": key, "project": change.get("project", "p")}


def test_the_marshmallow_whose_declared_fields_are_read() -> None:
    check_versions("marshmallow", ">=4.4.0,<5")
