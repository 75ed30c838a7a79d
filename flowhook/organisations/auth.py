"""Authentication of the operator, organisations' members and flow builders.

Four kinds of credentials: the operator's bearer token, an organisation's bearer token, HTTP Basic
`organization_id:token`, and Glific's signature over the raw body. Comparisons take constant time,
the same for an unknown organisation as for a known one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flowhook.blanks import unpadded
from flowhook.errors import Ended, Forbidden, RateLimited, Unauthorized
from flowhook.organisations import signature
from flowhook.organisations.cache import SettingsCache
from flowhook.organisations.lockout import Lockout
from flowhook.organisations.organisation import Organisation, Token
from flowhook.organisations.roles import OPERATOR, WEBHOOK, may
from flowhook.organisations.schemas import DEFAULT_PHRASES
from flowhook.organisations.token_end import end_of
from flowhook.organisations.token_store import digest
from flowhook.redis.keys import ORGANIZATION_ID_PATTERN

SIGNATURE_WINDOW_SECONDS = 300
CHALLENGE = 'Bearer realm="flowhook", Basic realm="flowhook", charset="UTF-8"'
ASKING = {"WWW-Authenticate": CHALLENGE}
TOKEN_PATTERN = re.compile(r"fh\.([A-Za-z0-9_-]{1,64})\.([0-9a-f]{12})\.([A-Za-z0-9_-]{20,100})")

SIGNATURE = "signature"  # stands for a token's id where Glific's signature proves the caller


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller; `organization_id` is None for the operator, who may act for any."""

    scope: str
    organization_id: str | None
    name: str  # for the audit: "operator", "token 1a2b... Asha" or "signature"
    token_id: str | None = None


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of a request, as sent."""

    address: str
    authorization: str = ""
    signature: str = ""
    body: bytes = b""
    organization_id: str = ""  # the body's; only a signature makes use of it


class Authenticator:
    """Turns Credentials into a Caller, or raises Unauthorized or RateLimited."""

    def __init__(
        self,
        admin_token: str,
        settings: SettingsCache,
        lockout: Lockout,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._admin_digest = digest(admin_token)
        self.settings = settings
        self.lockout = lockout
        self.clock = clock

    def authenticate(self, proof: Credentials) -> Caller:
        kind, _, credentials = proof.authorization.partition(" ")
        kind, credentials = kind.lower(), credentials.strip()
        if kind == "bearer":
            return self._bearer(proof, credentials)
        if kind == "basic":
            return self._basic(proof, credentials)
        if proof.signature:
            return self._signed(proof)
        raise unauthorized("no proof of who calls")

    def proof_mark(self, caller: Caller) -> str | None:
        """A digest of the operator's or a token's secret, by which a session of the pages notices
        that it changed; None once the token is gone (at most a second late)."""
        if caller.scope == OPERATOR:
            proof: bytes | None = self._admin_digest
        else:
            token = self.settings.get(caller.organization_id or "").tokens.get(
                caller.token_id or ""
            )
            is_same = token and token.scope == caller.scope and not self._is_over(token)
            proof = token.digest if token and is_same else None
        return hashlib.sha256(b"session\0" + proof).hexdigest() if proof else None

    def _bearer(self, proof: Credentials, token: str) -> Caller:
        match = TOKEN_PATTERN.fullmatch(token)
        if match is None:
            shown = digest(token)
            if hmac.compare_digest(shown, self._admin_digest):
                self.lockout.admit(proof.address, OPERATOR, shown)
                return Caller(OPERATOR, None, OPERATOR)
            raise self._wrong(proof, OPERATOR)
        return self._token(proof, match)

    def _token(self, proof: Credentials, match: re.Match[str]) -> Caller:
        org, token_id, secret = match.groups()
        shown = digest(secret)
        token = self._find_token(self.settings.get(org), token_id, shown)
        if token is None:  # perhaps made a moment ago by another process
            token = self._find_token(self.settings.fresh(org), token_id, shown)
        if token is None:
            raise self._wrong(proof, org)
        self.lockout.admit(proof.address, org, shown)
        if self._is_over(token):
            raise Ended(f"this token ended on {token.expires_at}", headers=ASKING)
        name = f"token {token_id} {token.label}".rstrip()
        return Caller(token.scope, org, name, token_id)

    def _is_over(self, token: Token) -> bool:
        return bool(token.expires_at) and self.clock() >= end_of(token.expires_at)

    def _find_token(self, organisation: Organisation, token_id: str, shown: bytes) -> Token | None:
        token = organisation.tokens.get(token_id)
        stored = token.digest if token else bytes(32)
        return token if hmac.compare_digest(shown, stored) and token else None

    def _basic(self, proof: Credentials, credentials: str) -> Caller:
        try:
            decoded = base64.b64decode(credentials, validate=True).decode()
        except (binascii.Error, ValueError):
            raise unauthorized("the Basic credentials are malformed") from None
        org, _, token = (unpadded(part) for part in decoded.partition(":"))
        caller = self._bearer(proof, token)
        if caller.scope == OPERATOR:
            if not ORGANIZATION_ID_PATTERN.fullmatch(org):
                raise unauthorized("the Basic user name is no organisation id")
            return Caller(OPERATOR, org, OPERATOR)
        if caller.organization_id != org:
            raise Forbidden("this token belongs to another organisation")
        return caller

    def read_signature(self, header: str) -> tuple[str, str]:
        """The stamp and digest of a signature in time, which is no proof yet.

        Raises Unauthorized; so nothing of the body has to be read for what cannot be right.
        """
        match = signature.PATTERN.fullmatch(header.strip())
        if match is None:
            raise _malformed()
        stamp, shown = match.groups()
        if abs(self.clock() - int(stamp)) > SIGNATURE_WINDOW_SECONDS:
            raise unauthorized(
                "the signature is older or newer than 300 seconds",
                fix="Set both clocks by NTP, and sign when the call is sent.",
            )
        return stamp, shown

    def _signed(self, proof: Credentials) -> Caller:
        stamp, shown = self.read_signature(proof.signature)
        org = proof.organization_id
        if not ORGANIZATION_ID_PATTERN.fullmatch(org):
            raise _malformed()
        phrase = self.settings.get(org).signature_phrase
        if not self._signature_matches(phrase, stamp, shown, proof.body):
            phrase = self.settings.fresh(org).signature_phrase
            if not self._signature_matches(phrase, stamp, shown, proof.body):
                raise self._wrong(proof, org)
        self.lockout.admit(proof.address, org, digest(str(phrase)))
        return Caller(WEBHOOK, org, SIGNATURE, SIGNATURE)

    def _signature_matches(self, phrase: str | None, stamp: str, shown: str, body: bytes) -> bool:
        usable = phrase is not None and phrase not in DEFAULT_PHRASES
        expected = signature.sign(phrase if phrase and usable else "no phrase", stamp, body)
        return hmac.compare_digest(expected, shown) and usable

    def _wrong(self, proof: Credentials, identity: str) -> Unauthorized | RateLimited:
        shown = digest(f"{proof.authorization}\n{proof.signature}")
        self.lockout.record_wrong(proof.address, identity, shown)
        return unauthorized("the token or signature is not valid")


def unauthorized(message: str, **more: Any) -> Unauthorized:
    return Unauthorized(message, headers=ASKING, **more)


def _malformed() -> Unauthorized:
    return unauthorized(
        "the signature is malformed, or the body names no organization_id",
        fix=f"Send {signature.HEADER}: t=<unix seconds>,v1=<hex> and an organization_id.",
    )


def require_role(caller: Caller, org: str, endpoint: str, method: str) -> None:
    """Raise Forbidden unless the caller may use this route of the organisation."""
    if caller.organization_id not in (None, org):
        raise Forbidden("this token belongs to another organisation")
    if not may(caller.scope, endpoint, method):
        raise Forbidden(
            f"a token of scope {caller.scope} cannot do this",
            fix="Ask the organisation's admin to do it, or for a token of another scope.",
        )


def require_operator(caller: Caller) -> None:
    if caller.scope != OPERATOR:
        raise Forbidden("only the operator may do this", fix="Use the operator's ADMIN_TOKEN.")
