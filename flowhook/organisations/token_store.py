"""An organisation's tokens in Redis."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import orjson

from flowhook.errors import NotFound
from flowhook.organisations.changes import Changes
from flowhook.organisations.organisation import Token
from flowhook.organisations.roles import ADMIN, WEBHOOK
from flowhook.redis.keys import gone_key, org_key
from flowhook.timestamps import now


class TokenStore:
    """Creates and deletes tokens; `actor` names who does it, for the audit."""

    def __init__(self, redis: Any, changes: Changes) -> None:
        self.redis = redis
        self.changes = changes

    def create(
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
        pipe.hset(tokens_key(org), token_id, orjson.dumps(stored))
        pipe.delete(gone_key(org))
        pipe.execute()
        self.changes.made(org, actor, "create", f"token {token_id}", ["scope", "label"])
        return token, f"fh.{org}.{token_id}.{secret}"

    def delete(self, org: str, token_id: str, actor: str) -> None:
        """Delete a token. Raises NotFound."""
        if not self.redis.hdel(tokens_key(org), token_id):
            raise NotFound(
                f"organisation {org} has no such token",
                fix="The organisation's list of tokens shows which there are.",
            )
        self.redis.hdel(_uses_key(org), token_id)
        self.changes.removed(org, actor, f"token {token_id}")

    def uses(self, org: str) -> dict[str, str]:
        """When each token was last used: {id: ISO time}, to the minute."""
        found = self.redis.hgetall(_uses_key(org))
        return {key.decode(): value.decode() for key, value in found.items()}


def tokens_key(org: str) -> str:
    return org_key(org, "tokens")


def digest(secret: str) -> bytes:
    """The stored digest of a token; its 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def read_token(token_id: str, raw: bytes) -> Token:
    stored = orjson.loads(raw)
    return Token(
        id=token_id,
        scope=stored.get("role", stored["scope"]),
        label=stored["label"],
        created_at=stored["created_at"],
        digest=bytes.fromhex(stored["digest"]),
        expires_at=stored.get("expires_at", ""),
    )


def _stored_scope(scope: str) -> dict[str, str]:
    """How a token's scope is stored. Release 96433da, which may be running beside this one, lets
    every scope but webhook do what an admin may, so it has to take all roles but admin for that."""
    if scope in (ADMIN, WEBHOOK):
        return {"scope": scope}
    return {"scope": WEBHOOK, "role": scope}


def _uses_key(org: str) -> str:
    return org_key(org, "token_use")
