"""Sessions of the pages, in Redis, found by a random id that only the browser knows.

A session stores the caller that a token authenticated, never the token. It ends after 12 hours
without use, after 7 days, at sign-out, and within a second of its token or organisation being
deleted.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from flowhook.organisations.auth import Authenticator, Caller
from flowhook.redis.keys import session_key

IDLE_SECONDS = 12 * 3600
LIFE_SECONDS = 7 * 86_400
RENEW_SECONDS = 60  # how often a request extends the session
MAX_ID = 64


@dataclass(frozen=True, slots=True)
class PageSession:
    """A signed-in caller; every form and fetch of its pages carries `csrf`."""

    caller: Caller
    csrf: str = field(repr=False)
    key: str = field(repr=False)


class Sessions:
    """Creates, finds and ends sessions."""

    def __init__(
        self, redis: Any, authenticator: Authenticator, clock: Callable[[], float] = time.time
    ) -> None:
        self.redis = redis
        self.authenticator = authenticator
        self.clock = clock

    def begin(self, caller: Caller) -> str:
        """Create a session; returns its id for the browser's cookie."""
        session_id = secrets.token_urlsafe(32)
        stored = {
            "scope": caller.scope,
            "organization_id": caller.organization_id,
            "name": caller.name,
            "token_id": caller.token_id,
            "mark": self.authenticator.proof_mark(caller),
            "csrf": secrets.token_urlsafe(24),
            "began": self.clock(),
        }
        self.redis.set(_key(session_id), orjson.dumps(stored), ex=IDLE_SECONDS)
        return session_id

    def find(self, session_id: str, is_alive: bool = True) -> PageSession | None:
        """The session, unless its caller's token is no longer valid.

        `is_alive`: a person is using it, which extends it.
        """
        if not session_id or len(session_id) > MAX_ID:
            return None
        key = _key(session_id)
        pipe = self.redis.pipeline(transaction=False)
        pipe.get(key)
        pipe.ttl(key)
        raw, seconds_left = pipe.execute()
        if raw is None:
            return None
        stored = orjson.loads(raw)
        caller = Caller(
            stored["scope"], stored["organization_id"], stored["name"], stored["token_id"]
        )
        mark = self.authenticator.proof_mark(caller)
        proven = mark is not None and hmac.compare_digest(mark, stored["mark"] or "")
        if not proven or self.clock() - stored["began"] > LIFE_SECONDS:
            self.redis.delete(key)
            return None
        if is_alive and seconds_left < IDLE_SECONDS - RENEW_SECONDS:
            self.redis.expire(key, IDLE_SECONDS)
        return PageSession(caller, stored["csrf"], key)

    def end(self, session: PageSession) -> None:
        self.redis.delete(session.key)


def forget_organisation(redis: Any, org: str) -> None:
    """End the sessions of a deleted organisation's admins."""
    for key in redis.scan_iter(match=session_key("*"), count=1000):
        raw = redis.get(key)
        if raw is not None and orjson.loads(raw)["organization_id"] == org:
            redis.delete(key)


def _key(session_id: str) -> str:
    """The key of a session; it holds a digest of the id, so that it cannot be read from Redis."""
    return session_key(hashlib.sha256(session_id.encode(errors="replace")).hexdigest())
