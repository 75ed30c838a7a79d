"""Verify that a delivery, or a request to verify the address, comes from Meta.

Source: https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

HEADER = "X-Hub-Signature-256"
PREFIX = "sha256="
NOBODY = secrets.token_urlsafe(32)  # stands in for a secret that is not set


def sign(app_secret: str, body: bytes) -> str:
    """
    >>> sign("app-secret", b'{"object":"whatsapp_business_account"}')[:23]
    'sha256=0bf7374433906636'
    """
    return PREFIX + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def is_signed(app_secret: str | None, body: bytes, signature: str) -> bool:
    """Whether the header signs these very bytes; in constant time, and never without a secret."""
    right = sign(app_secret or NOBODY, body)
    is_right = hmac.compare_digest(right.encode(), signature.encode(errors="replace"))
    return is_right and bool(app_secret)


def is_verification(verify_token: str | None, mode: str, shown: str) -> bool:
    """Whether Meta's request to verify the address shows the organisation's token."""
    is_right = hmac.compare_digest(
        (verify_token or NOBODY).encode(), shown.encode(errors="replace")
    )
    return is_right and bool(verify_token) and mode == "subscribe"
