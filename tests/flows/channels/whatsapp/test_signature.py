"""The published vector, and what is no proof."""

from __future__ import annotations

import pytest

from flows.channels.whatsapp.signature import is_signed, is_verification, sign

BODY = b'{"object":"whatsapp_business_account"}'
VECTOR = "sha256=0bf7374433906636bed1653bc7c64affb42fa5da9a39e251ab95c2e3a9c06923"


def test_the_published_vector() -> None:
    assert sign("app-secret", BODY) == VECTOR
    assert is_signed("app-secret", BODY, VECTOR)


@pytest.mark.parametrize(
    ("secret", "body", "signature"),
    [
        ("app-secret", BODY + b" ", VECTOR),
        ("app-secret ", BODY, VECTOR),
        ("app-secret", BODY, VECTOR.upper()),
        ("app-secret", BODY, VECTOR[7:]),
        ("app-secret", BODY, ""),
        ("app-secret", BODY, "sha256=\ud800é"),
        (None, BODY, VECTOR),
        ("", BODY, sign("", BODY)),
        (None, BODY, sign("", BODY)),
    ],
)
def test_what_is_no_proof(secret: str | None, body: bytes, signature: str) -> None:
    assert not is_signed(secret, body, signature)


def test_a_verification_shows_the_token_and_subscribes() -> None:
    assert is_verification("token", "subscribe", "token")
    assert not is_verification("token", "unsubscribe", "token")
    assert not is_verification("token", "subscribe", "Token")
    assert not is_verification(None, "subscribe", "")
    assert not is_verification("", "subscribe", "")
