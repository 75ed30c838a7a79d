"""A Google service account: its key, and the access token that Google gives for it.

The account signs a JWT (RS256) that is good for an hour at most, and Google's token endpoint
exchanges it for an access token. The `token_uri` of the key's file is not used: the address is
always Google's. Google's own error texts are never passed on.

Source: https://developers.google.com/identity/protocols/oauth2/service-account#httprest
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import orjson
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from flowhook.config import GOOGLE_TOKEN_URL
from flowhook.errors import (
    InvalidApiKey,
    InvalidInput,
    InvalidResponse,
    MissingApiKey,
    ProviderError,
    ProviderRateLimited,
)
from flowhook.providers.guard import AddressGuard, Fetched
from flowhook.providers.transport import HttpReply
from flowhook.strict_json import UnreadableJson, read_value

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SPREADSHEETS = "https://www.googleapis.com/auth/spreadsheets"
JWT_SECONDS = 3600
TIMEOUT_SECONDS = 10.0
MAX_ANSWER_BYTES = 64 * 1024
KEY_BITS = range(2048, 4097)

_FIX = (
    "In Google's console, open the service account, add a key of the type JSON, and save the whole"
    " content of that file in the organisation's google_sheets settings."
)


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """An account that programs sign in with; sheets are shared with its `email`."""

    email: str
    key_id: str
    private_key: str = field(repr=False)

    @classmethod
    def read(cls, text: str) -> ServiceAccount:
        """Read the content of the key's file as Google gives it, and check the key.

        Raises InvalidInput that tells what is wrong, without repeating it.
        """
        account = cls._parse(text)
        _load(account.private_key, is_checked=False)
        return account

    @classmethod
    def _parse(cls, text: str) -> ServiceAccount:
        try:
            found = read_value(text)
        except UnreadableJson:
            raise InvalidInput(
                "the service account's key is not JSON; paste the whole file", fix=_FIX
            ) from None
        if not isinstance(found, dict):
            raise InvalidInput("the service account's key is not a JSON object", fix=_FIX)
        if found.get("type", "service_account") != "service_account":
            raise InvalidInput(
                "the service account's key is not a service account's key: its type is another",
                fix=_FIX,
            )
        email, key_id = found.get("client_email"), found.get("private_key_id", "")
        private_key = found.get("private_key")
        if not isinstance(email, str) or "@" not in email or not isinstance(key_id, str):
            raise InvalidInput("the service account's key has no client_email", fix=_FIX)
        if not isinstance(private_key, str):
            raise InvalidInput("the service account's key has no private_key", fix=_FIX)
        return cls(email.strip(), key_id, private_key)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> ServiceAccount:
        """The account of an organisation's google_sheets settings; raises MissingApiKey."""
        text = values.get("service_account")
        if not text:
            raise MissingApiKey(
                "the organisation has no Google service account",
                fix="Save the JSON file of a service account's key in the organisation's"
                " google_sheets settings.",
            )
        return cls._parse(text)

    @property
    def stored(self) -> str:
        """The account as settings keep it: what signs, and nothing else of the file."""
        kept = {
            "private_key": self.private_key,
            "private_key_id": self.key_id,
            "client_email": self.email,
        }
        return orjson.dumps(kept).decode()

    def assertion(self, scope: str, now: float) -> str:
        """The signed JWT that asks for an access token of this scope."""
        head = {"alg": "RS256", "typ": "JWT", **({"kid": self.key_id} if self.key_id else {})}
        claims = {
            "iss": self.email,
            "scope": scope,
            "aud": GOOGLE_TOKEN_URL,
            "iat": int(now),
            "exp": int(now) + JWT_SECONDS,
        }
        signed = f"{_base64(orjson.dumps(head))}.{_base64(orjson.dumps(claims))}"
        signature = _load(self.private_key, is_checked=True).sign(
            signed.encode(), PKCS1v15(), hashes.SHA256()
        )
        return f"{signed}.{_base64(signature)}"


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token that calls of Google's API carry; `expires` in epoch seconds."""

    text: str = field(repr=False)
    expires: float


class GoogleSignIn:
    """Exchanges accounts for access tokens; `url` differs only in tests."""

    def __init__(
        self,
        guard: AddressGuard,
        url: str = GOOGLE_TOKEN_URL,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.guard = guard
        self.url = url
        self.clock = clock

    def test(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Sign in with the account of a settings section; tells whom to share sheets with.

        Raises MissingApiKey if there is none.
        """
        account = ServiceAccount.of(values)
        self.token(account)
        return {"client_email": account.email}

    def token(self, account: ServiceAccount, scope: str = SPREADSHEETS) -> AccessToken:
        """Ask Google for a token. Raises InvalidApiKey if it does not accept the account."""
        now = self.clock()
        body = urlencode({"grant_type": GRANT, "assertion": account.assertion(scope, now)})
        got = self.guard.guarded_post(
            self.url,
            body.encode(),
            {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            timeout_seconds=TIMEOUT_SECONDS,
            max_bytes=MAX_ANSWER_BYTES,
            field="Google's sign-in",
        )
        answer = read_answer(got)
        text, seconds = answer.get("access_token"), answer.get("expires_in")
        if got.status != 200:
            raise _refused(got.status, answer)
        if not isinstance(text, str) or not text or not isinstance(seconds, int):
            raise InvalidResponse("Google's sign-in answered without a token", fix=_LATER)
        return AccessToken(text, now + seconds)


_LATER = "Try again later; status.cloud.google.com may say more."


def _refused(status: int, answer: dict[str, Any]) -> Exception:
    if status == 429:
        return ProviderRateLimited("Google limits how often this account signs in", fix=_LATER)
    if status >= 500:
        return ProviderError(f"Google's sign-in failed with HTTP {status}", fix=_LATER)
    if "timeframe" in str(answer.get("error_description", "")):
        return InvalidApiKey(
            "Google does not accept the time at which the service account signed",
            fix="The operator sets the machine's clock, for example with NTP.",
        )
    return InvalidApiKey("Google does not accept the service account's key", fix=_FIX)


def read_answer(got: Fetched) -> dict[str, Any]:
    """The JSON object that an answer of Google's is; empty if it is none."""
    answer = HttpReply(got.status, {}, got.content).find_json()
    return answer if isinstance(answer, dict) else {}


def _load(pem: str, *, is_checked: bool) -> RSAPrivateKey:
    """Load a private key; one that `is_checked` already (when it was saved) is loaded at once.

    The check takes some 30 ms. Raises InvalidInput if it is none of those that Google makes.
    """
    try:
        key = load_pem_private_key(
            pem.encode(), password=None, unsafe_skip_rsa_key_validation=is_checked
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise InvalidInput(
            "the service account's key has a private_key that is cut off or changed", fix=_FIX
        ) from None
    if not isinstance(key, RSAPrivateKey) or key.key_size not in KEY_BITS:
        raise InvalidInput(
            "the service account's key has a private_key that is not an RSA key of"
            " 2048 to 4096 bits",
            fix=_FIX,
        )
    return key


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
