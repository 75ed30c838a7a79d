"""A service account signs in at the fake Google, which verifies what it signed."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from flowhook.errors import FlowhookError, InvalidApiKey, InvalidInput
from flowhook.providers.google_account import AccessToken, GoogleSignIn, ServiceAccount
from flowhook.providers.guard import AddressGuard
from tests.fakes.google import FakeGoogle


def sign_in(google: FakeGoogle, account: ServiceAccount, ahead: float = 0.0) -> AccessToken:
    guard = AddressGuard(("127.0.0.1",))
    address = f"{google.url}/token"
    return GoogleSignIn(guard, address, lambda: time.time() + ahead).token(account)


def test_an_account_gets_a_token_that_expires_when_google_says(google: FakeGoogle) -> None:
    account = ServiceAccount.read(google.account())
    google.token_seconds = 1799
    token = sign_in(google, account)
    assert token.text.startswith("ya29.")
    assert abs(token.expires - time.time() - 1799) < 60


def test_what_is_stored_signs_as_the_file_did(google: FakeGoogle) -> None:
    account = ServiceAccount.read(google.account())
    again = ServiceAccount.read(account.stored)
    assert again == account
    assert set(json.loads(account.stored)) == {"private_key", "private_key_id", "client_email"}
    assert sign_in(google, again).text
    assert "PRIVATE KEY" not in repr(account)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("another key", "does not accept the service account's key"),
        ("no such account", "does not accept the service account's key"),
        ("a clock that is an hour and a half ahead", "the time at which"),
    ],
)
def test_google_refuses(google: FakeGoogle, change: str, told: str) -> None:
    account = ServiceAccount.read(google.account())
    ahead = 0.0
    if change == "another key":
        google.account(key=1)
    elif change == "no such account":
        account = ServiceAccount("else@project.iam.gserviceaccount.com", "", account.private_key)
    else:
        ahead = 5400.0
    with pytest.raises(InvalidApiKey, match=told) as refused:
        sign_in(google, account, ahead)
    assert "account not found" not in refused.value.message + refused.value.fix


@pytest.mark.parametrize(
    ("status", "kind"), [(429, "provider_rate_limited"), (500, "provider_error")]
)
def test_google_fails(google: FakeGoogle, status: int, kind: str) -> None:
    google.statuses = [status]
    with pytest.raises(FlowhookError) as failed:
        sign_in(google, ServiceAccount.read(google.account()))
    assert failed.value.type == kind


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (None, "is not JSON"),
        ([], "is not a JSON object"),
        ({"type": "authorized_user"}, "its type is another"),
        ({"client_email": 5}, "has no client_email"),
        ({"client_email": "bot"}, "has no client_email"),
        ({"private_key_id": 7}, "has no client_email"),
        ({"private_key": None}, "has no private_key"),
        ({"private_key": "-----BEGIN PRIVATE KEY-----\nMIIE\n"}, "cut off or changed"),
        ({"private_key": "é" * 20}, "cut off or changed"),
    ],
)
def test_a_file_that_is_none_is_refused_without_repeating_it(
    google: FakeGoogle, change: Any, told: str
) -> None:
    whole = google.account()
    text = whole[:-20] if change is None else json.dumps(change)
    if isinstance(change, dict):
        text = json.dumps({**json.loads(whole), **change})
    with pytest.raises(InvalidInput, match=told) as refused:
        ServiceAccount.read(text)
    assert "MII" not in refused.value.message + refused.value.fix
