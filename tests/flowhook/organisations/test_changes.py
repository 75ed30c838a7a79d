"""What is told of changes, on fakeredis, the embedded server and a cluster."""

from __future__ import annotations

import pytest

from flowhook.organisations.cipher import Cipher
from flowhook.organisations.store import SettingsStore
from flowhook.redis.connect import Client
from tests.fixtures_app import FIRST_KEY

KEY = "sk-0123456789abcdefghij"


@pytest.fixture
def store(any_redis: Client) -> SettingsStore:
    return SettingsStore(any_redis, Cipher([FIRST_KEY]))


def test_the_audit_names_who_and_which_fields_never_values(store: SettingsStore) -> None:
    store.sections.put("acme", "openai", {"api_key": KEY, "project": "proj_value"}, "operator")
    store.sections.patch("acme", "openai", {"is_active": True}, "token 1a2b")
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
