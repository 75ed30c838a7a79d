"""Organisations in Redis.

One hash holds all settings of an organisation, so that one HGETALL reads all. Every key of an
organisation has its hash tag, except the index of organisations and the audit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from flowhook.organisations.changes import Changes
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.deletion import Deletion
from flowhook.organisations.key_rotation import KeyRotation
from flowhook.organisations.organisation import QUIRKS_KEY, Organisation
from flowhook.organisations.section_store import SectionStore
from flowhook.organisations.settings_fields import SettingsFields
from flowhook.organisations.token_store import TokenStore, read_token, tokens_key
from flowhook.organisations.trash import Trash
from flowhook.redis.keys import ORGANISATIONS, org_key


class SettingsStore:
    """Reads, lists and deletes organisations; `sections` and `tokens` write what they have."""

    def __init__(self, redis: Any, cipher: Cipher) -> None:
        self.redis = redis
        self.cipher = cipher
        self.changes = Changes(redis)
        self.audit = self.changes.audit
        self.trash = Trash(redis, cipher)
        self.fields = SettingsFields(cipher)
        self.sections = SectionStore(redis, self.fields, self.changes, self.trash)
        self.tokens = TokenStore(redis, self.changes)
        self.keys = KeyRotation(redis, cipher)
        self.deletion = Deletion(redis)

    def load(self, org: str) -> Organisation:
        """Read an organisation in one round trip; one that does not exist is empty."""
        pipe = self.redis.pipeline(transaction=False)
        pipe.hgetall(org_key(org, "settings"))
        pipe.hgetall(tokens_key(org))
        pipe.hgetall(org_key(org, QUIRKS_KEY))
        pipe.hgetall(org_key(org, "circuits"))
        settings, tokens, quirks, circuits = pipe.execute()
        return Organisation(
            id=org,
            sections=self.fields.read(org, settings),
            tokens={key.decode(): read_token(key.decode(), raw) for key, raw in tokens.items()},
            quirks={key.decode(): orjson.loads(raw) for key, raw in quirks.items()},
            circuits={key.decode(): orjson.loads(raw) for key, raw in circuits.items()},
            stored=settings,
        )

    def page(self, after: str, count: int, prefix: str = "") -> list[tuple[str, bool]]:
        """List organisations by id, after `after` and beginning with `prefix`: (id, is_active)."""
        low = f"({after}" if after else f"[{prefix}" if prefix else "-"
        high = f"({prefix}~" if prefix else "+"  # ~ sorts after every character of an id
        found = self.redis.zrangebylex(ORGANISATIONS, low, high, start=0, num=count)
        ids = [raw.decode() for raw in found]
        pipe = self.redis.pipeline(transaction=False)
        for org in ids:
            pipe.hget(org_key(org, "settings"), "openai:is_active")
        return [(org, raw == b"true") for org, raw in zip(ids, pipe.execute(), strict=True)]

    def listed(self) -> Iterable[tuple[str, bool]]:
        """Every organisation by id: (id, is_active)."""
        after = ""
        while page := self.page(after, 500):
            yield from page
            after = page[-1][0]

    def organisations(self) -> Iterable[str]:
        """Every organisation's id, read page by page."""
        return (org for org, _ in self.listed())

    def ids(self) -> list[str]:
        """The ids of all organisations, in order."""
        return [raw.decode() for raw in self.redis.zrange(ORGANISATIONS, 0, -1)]

    def key_states(self, orgs: Iterable[str]) -> dict[str, str]:
        """How each organisation's OpenAI account stands by its settings: active, off, or missing
        where it has no key."""
        orgs = list(orgs)
        pipe = self.redis.pipeline(transaction=False)
        for org in orgs:
            pipe.hmget(org_key(org, "settings"), "openai:is_active", "openai:api_key")
        found = zip(orgs, pipe.execute(), strict=True)
        return {
            org: "missing" if key is None else "active" if active == b"true" else "off"
            for org, (active, key) in found
        }

    def delete_organisation(self, org: str, actor: str) -> None:
        """Remove an organisation and everything it owns. Raises NotFound."""
        self.deletion.delete(org)
        self.changes.removed(org, actor, "organisation")
