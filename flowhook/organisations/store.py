"""Organisations in Redis: sections, tokens and the audit of who changed what.

One hash holds all settings of an organisation, with a hash field for each settings field
(`openai:api_key`): PATCH is one HSET without a read, and one HGETALL reads all. Secrets are
encrypted with their field's name as associated data. Every key of an organisation has its hash
tag, except the index of organisations and the audit.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import orjson
from redis.exceptions import WatchError

from flowhook.errors import Changed, Conflict, NotFound
from flowhook.organisations.audit import Audit
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.organisations.deletion import Deletion
from flowhook.organisations.organisation import QUIRKS_KEY, Organisation, Token
from flowhook.organisations.roles import ADMIN, WEBHOOK
from flowhook.organisations.schemas import SECTIONS
from flowhook.organisations.section import sealed_fields, secret_fields
from flowhook.organisations.section_tag import changed_since
from flowhook.organisations.stored_secret import sealed_secret, stored_secret
from flowhook.organisations.trash import Trash, TrashItem
from flowhook.redis.effects import Effect, write
from flowhook.redis.keys import ORGANISATIONS, gone_key, org_key
from flowhook.timestamps import now

CHANGED = "fh:changed"  # channel: the id of an organisation whose settings changed
SECTION = "section"  # the kind of a deleted section
KEPT = ":"  # the field that keeps an organisation whose last section was deleted
EXISTS = ""  # the field that marks a section as existing, even if it is empty

logger = logging.getLogger(__name__)


class SettingsStore:
    """Reads and writes organisations; `actor` names who does it, for the audit."""

    def __init__(self, redis: Any, cipher: Cipher) -> None:
        self.redis = redis
        self.cipher = cipher
        self.audit = Audit(redis)
        self.trash = Trash(redis, cipher)
        self.trash.restorers[SECTION] = self.bring_back
        self.deletion = Deletion(redis)

    # --- whole organisations ---

    def load(self, org: str) -> Organisation:
        """Read an organisation in one round trip; one that does not exist is empty."""
        pipe = self.redis.pipeline(transaction=False)
        pipe.hgetall(org_key(org, "settings"))
        pipe.hgetall(org_key(org, "tokens"))
        pipe.hgetall(org_key(org, QUIRKS_KEY))
        pipe.hgetall(org_key(org, "circuits"))
        settings, tokens, quirks, circuits = pipe.execute()
        sections: dict[str, dict[str, Any]] = {}
        for key, stored in settings.items():
            if key == KEPT.encode():
                continue
            section, _, name = key.decode().rpartition(":")
            values = sections.setdefault(section, {})
            if name != EXISTS:
                self._read_into(values, org, section, name, stored)
        return Organisation(
            id=org,
            sections=sections,
            tokens={key.decode(): _read_token(key.decode(), raw) for key, raw in tokens.items()},
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
        """Remove an organisation and everything it owns."""
        self.deletion.delete(org)
        self.audit.write(org, actor, "delete", "organisation", [])
        self._announce(org)

    # --- sections ---

    def put(
        self,
        org: str,
        section: str,
        values: Mapping[str, Any],
        actor: str,
        expected: str | None = None,
    ) -> bool:
        """Create or replace a section; returns whether it is new. An omitted secret is kept."""
        key = org_key(org, "settings")
        schema = SECTIONS[section.partition("/")[0]]
        kept = set(secret_fields(schema)) - set(values)
        gone = [
            _field(section, name)
            for name in (*schema._declared_fields, "private_ok")
            if name not in kept
        ]
        written = self._write_values(org, section, values)

        def commands(pipe: Any) -> None:
            pipe.hexists(key, _field(section, EXISTS))
            pipe.hdel(key, *gone)
            pipe.hset(key, mapping=written)
            pipe.delete(gone_key(org))

        existed = bool(self._carry_out(org, section, expected, commands)[0])
        self._changed(org, actor, "replace" if existed else "create", section, values)
        return not existed

    def patch(
        self,
        org: str,
        section: str,
        values: Mapping[str, Any],
        actor: str,
        expected: str | None = None,
    ) -> None:
        """Change only the named fields; `None` removes one."""
        key = org_key(org, "settings")
        if expected is None and not self.redis.hexists(key, _field(section, EXISTS)):
            raise _no_section(org, section)
        written = self._write_values(org, section, values)
        removed = [_field(section, name) for name, value in values.items() if value is None]
        if expected is not None:

            def commands(pipe: Any) -> None:
                pipe.hset(key, mapping=written)
                if removed:
                    pipe.hdel(key, *removed)

            self._carry_out(org, section, expected, commands)
        else:
            fields = [part for pair in written.items() for part in pair]
            effects: list[Effect] = [("HSET", key, *fields)]
            effects += [("HDEL", key, name) for name in removed]
            if not write(self.redis, *effects):
                raise _no_section(org, section)  # the organisation was deleted meanwhile
        self._changed(org, actor, "change", section, values)

    def delete(self, org: str, section: str, actor: str, expected: str | None = None) -> None:
        """Remove a section, and with `openai` its further accounts too. All but secrets can be
        brought back."""
        key = org_key(org, "settings")
        organisation = self.load(org)
        removed = {
            name: _without_secrets(name, values)
            for name, values in organisation.sections.items()
            if name == section or name.startswith(f"{section}/")
        }
        fields = [
            field for field in organisation.stored if field.decode().rpartition(":")[0] in removed
        ]
        if not fields and expected is None:
            raise _no_section(org, section)

        def commands(pipe: Any) -> None:
            pipe.hset(key, KEPT, b"1")
            pipe.hdel(key, *fields)
            self.trash.put(pipe, org, self.trash.item(SECTION, section, actor, removed))

        self._carry_out(org, section, expected, commands)
        self.trash.trim(org)
        self._changed(org, actor, "delete", section, [])

    def bring_back(self, org: str, item: TrashItem, actor: str) -> None:
        """Bring a deleted section back, without its secrets. Raises Conflict where there is a new
        one."""
        key = org_key(org, "settings")
        with self.redis.pipeline(transaction=True) as pipe:
            pipe.watch(key)
            for section in item.content:
                if pipe.hexists(key, _field(section, EXISTS)):
                    raise Conflict(
                        f"there are new {section} settings",
                        fix="Delete them first, or leave the old ones where they are.",
                    )
            pipe.multi()
            for section, values in item.content.items():
                pipe.hset(key, mapping=self._write_values(org, section, values))
            self.trash.drop(pipe, org, item)
            try:
                pipe.execute()
            except WatchError:
                raise Conflict("the settings changed meanwhile", fix="Try again.") from None
        self._changed(org, actor, "bring back", item.name, [])

    def _carry_out(
        self, org: str, section: str, expected: str | None, commands: Callable[[Any], Any]
    ) -> list[Any]:
        """Carry out commands at once; with `expected`, the section's tag, only while it fits.

        Raises Changed.
        """
        key = org_key(org, "settings")
        with self.redis.pipeline(transaction=True) as pipe:
            while True:
                if expected is not None:
                    pipe.watch(key)
                    self._check(org, section, expected, pipe.hgetall(key))
                    pipe.multi()
                commands(pipe)
                try:
                    replies: list[Any] = pipe.execute()
                except WatchError:  # something was written since: look again
                    continue
                return replies

    def _check(self, org: str, section: str, expected: str, stored: Mapping[bytes, bytes]) -> None:
        """Raise Changed, naming what changed and by whom, unless the tag fits."""
        names = SECTIONS[section.partition("/")[0]]._declared_fields
        if _field(section, EXISTS).encode() not in stored:
            raise Changed(f"organisation {org} has no {section} settings any more")
        changed = changed_since(expected, stored, section, names)
        if changed is None:
            return
        who = self.audit.last_changes(org, section, changed)
        told = {name: [f"Was changed since you read it{who.get(name, '')}."] for name in changed}
        listed = ", ".join(changed) or "more than it"
        raise Changed(f"the {section} settings changed since you read them: {listed}", fields=told)

    # --- tokens ---

    def create_token(
        self, org: str, scope: str, label: str, actor: str, expires_at: str = ""
    ) -> tuple[Token, str]:
        """Create a token; returns it with its text `<org>.<id>.<secret>`, which is not stored."""
        token_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        token = Token(token_id, scope, label, now(), digest(secret), expires_at)
        stored = {
            **_stored_scope(scope),
            "label": label,
            "created_at": token.created_at,
            "digest": token.digest.hex(),
            **({"expires_at": expires_at} if expires_at else {}),
        }
        pipe = self.redis.pipeline(transaction=True)
        pipe.hset(org_key(org, "tokens"), token_id, orjson.dumps(stored))
        pipe.delete(gone_key(org))
        pipe.execute()
        self._changed(org, actor, "create", f"token {token_id}", ["scope", "label"])
        return token, f"fh.{org}.{token_id}.{secret}"

    def delete_token(self, org: str, token_id: str, actor: str) -> None:
        if not self.redis.hdel(org_key(org, "tokens"), token_id):
            raise NotFound(f"organisation {org} has no such token")
        self.redis.hdel(org_key(org, "token_use"), token_id)
        self._changed(org, actor, "delete", f"token {token_id}", [])

    def token_uses(self, org: str) -> dict[str, str]:
        """When each token was last used: {id: ISO time}, to the minute."""
        found = self.redis.hgetall(org_key(org, "token_use"))
        return {key.decode(): value.decode() for key, value in found.items()}

    # --- key rotation ---

    def rotate(self, org: str) -> tuple[int, int]:
        """Encrypt an organisation's stale secrets with the first key.

        Returns how many were, and how many no key decrypts; those are left as they are.
        """
        key = org_key(org, "settings")
        rotated = unreadable = 0
        for section, name, stored in self._stored_secrets(org):
            sealed, purpose = sealed_secret(stored), _field(section, name)
            if not self.cipher.is_stale(sealed):
                continue
            try:
                fresh = self.cipher.seal(org, purpose, self.cipher.open(org, purpose, sealed))
            except CannotDecrypt:
                unreadable += 1
                continue
            rotated += self._replace_if_same(key, purpose, stored, stored_secret(section, fresh))
        return rotated, unreadable

    def secrets(self, org: str) -> Iterable[tuple[str, bytes]]:
        """Every encrypted field of an organisation's settings: its purpose, and as sealed."""
        for section, name, stored in self._stored_secrets(org):
            yield _field(section, name), sealed_secret(stored)

    def organisations(self) -> Iterable[str]:
        """Every organisation's id."""
        return (org for org, _ in self.listed())

    def _replace_if_same(self, key: str, field: str, old: bytes, new: bytes) -> int:
        """Replace a value unless it changed since, for then the first key encrypted it."""
        with self.redis.pipeline(transaction=True) as pipe:
            while True:
                pipe.watch(key)
                if pipe.hget(key, field) != old:
                    return 0
                pipe.multi()
                pipe.hset(key, field, new)
                try:
                    pipe.execute()
                except WatchError:  # another field changed
                    continue
                return 1

    # --- inside ---

    def _stored_secrets(self, org: str) -> Iterable[tuple[str, str, bytes]]:
        for field, stored in self.redis.hgetall(org_key(org, "settings")).items():
            section, _, name = field.decode().rpartition(":")
            if _is_sealed(section, name):
                yield section, name, stored

    def _write_values(self, org: str, section: str, values: Mapping[str, Any]) -> dict[str, bytes]:
        written = {
            _field(section, name): self._write_value(org, section, name, value)
            for name, value in values.items()
            if value is not None
        }
        return {_field(section, EXISTS): b"1", **written}

    def _write_value(self, org: str, section: str, name: str, value: Any) -> bytes:
        plain = orjson.dumps(value)
        if _is_sealed(section, name):
            return stored_secret(section, self.cipher.seal(org, _field(section, name), plain))
        return plain

    def _read_into(
        self, values: dict[str, Any], org: str, section: str, name: str, stored: bytes
    ) -> None:
        """Read a field; a secret that no key decrypts is absent, so it can be saved again."""
        if _is_sealed(section, name):
            try:
                stored = self.cipher.open(org, f"{section}:{name}", sealed_secret(stored))
            except CannotDecrypt:
                what = {"organization_id": org, "field": _field(section, name)}
                logger.error("no key of ENCRYPTION_KEYS opens a stored secret", extra=what)
                return
        values[name] = orjson.loads(stored)

    def _changed(self, org: str, actor: str, action: str, what: str, names: Iterable[str]) -> None:
        self.redis.zadd(ORGANISATIONS, {org: 0})
        self.audit.write(org, actor, action, what, sorted(names))
        self._announce(org)

    def _announce(self, org: str) -> None:
        self.redis.publish(CHANGED, org)


def digest(secret: str) -> bytes:
    """The stored digest of a token; its 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def _without_secrets(section: str, values: Mapping[str, Any]) -> dict[str, Any]:
    hidden = secret_fields(SECTIONS[section.partition("/")[0]])
    return {name: value for name, value in values.items() if name not in hidden}


def _field(section: str, name: str) -> str:
    return f"{section}:{name}"


@lru_cache(maxsize=4096)
def _is_sealed(section: str, name: str) -> bool:
    schema = SECTIONS.get(section.partition("/")[0])
    return schema is not None and name in sealed_fields(schema)


def _no_section(org: str, section: str) -> NotFound:
    return NotFound(
        f"organisation {org} has no {section} settings",
        fix=f"Save them on the settings page, or PUT /settings/{org}/{section}.",
    )


def _stored_scope(scope: str) -> dict[str, str]:
    """How a token's scope is stored. Release 96433da, which may be running beside this one, lets
    every scope but webhook do what an admin may, so it has to take all roles but admin for that."""
    if scope in (ADMIN, WEBHOOK):
        return {"scope": scope}
    return {"scope": WEBHOOK, "role": scope}


def _read_token(token_id: str, raw: bytes) -> Token:
    stored = orjson.loads(raw)
    return Token(
        id=token_id,
        scope=stored.get("role", stored["scope"]),
        label=stored["label"],
        created_at=stored["created_at"],
        digest=bytes.fromhex(stored["digest"]),
        expires_at=stored.get("expires_at", ""),
    )
