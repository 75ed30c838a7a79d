"""Access tokens of Google service accounts, kept encrypted in Redis until they expire."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any

import orjson

from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.providers.google_account import AccessToken, GoogleSignIn, ServiceAccount
from flowhook.redis.best_effort import best_effort
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key

MARGIN_SECONDS = 60  # a token that expires sooner is not used any more


class GoogleTokens:
    """Gives the token of an organisation's account, asking Google only where none is kept."""

    def __init__(
        self,
        redis: Any,
        cipher: Cipher,
        sign_in: GoogleSignIn,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.redis = redis
        self.cipher = cipher
        self.sign_in = sign_in
        self.clock = clock

    def get(self, org: str, account: ServiceAccount) -> str:
        """Return a token of the account; raises InvalidApiKey if Google does not accept it."""
        kept = self._kept(org, account)
        if kept is not None and kept.expires - MARGIN_SECONDS > self.clock():
            return kept.text
        token = self.sign_in.token(account)
        left = int(token.expires - self.clock()) - MARGIN_SECONDS
        if left > 0:
            plain = orjson.dumps([token.text, token.expires])
            sealed = self.cipher.seal(org, purpose_of(account), plain)
            with best_effort("a token of Google's"):
                write(self.redis, ("SET", token_key(org), sealed, "EX", left))
        return token.text

    def drop(self, org: str) -> None:
        """Forget a token that Google does not accept any more."""
        self.redis.delete(token_key(org))

    def _kept(self, org: str, account: ServiceAccount) -> AccessToken | None:
        sealed = self.redis.get(token_key(org))
        if sealed is None:
            return None
        try:
            opened = self.cipher.open(org, purpose_of(account), sealed)
        except CannotDecrypt:  # another account's
            return None
        return AccessToken(*orjson.loads(opened))


def token_key(org: str) -> str:
    return org_key(org, "google", "token")


def purpose_of(account: ServiceAccount) -> str:
    """What the token is sealed for, so that the token of another key does not open."""
    digest = hashlib.sha256(account.private_key.encode()).hexdigest()
    return f"google token {account.email} {digest}"
