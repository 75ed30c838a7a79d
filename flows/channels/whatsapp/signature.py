"""Checks that a delivery, or a request to verify the address, comes from Meta.

Source: https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

HEADER = "X-Hub-Signature-256"
PREFIX = "sha256="
PATTERN = re.compile(r"sha256=[0-9a-f]{64}")
NOBODY = secrets.token_urlsafe(32)  # used if no secret is set


def sign(app_secret: str, body: bytes) -> str:
    """Return the value of the signature header for a body.

    >>> sign("app-secret", b'{"object":"whatsapp_business_account"}')[:23]
    'sha256=0bf7374433906636'
    """
    return PREFIX + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def is_signature(header: str) -> bool:
    """Return whether a header has the form of a signature; without it no body is read.

    >>> is_signature("sha256=" + "0" * 64), is_signature("sha256=0")
    (True, False)
    """
    return PATTERN.fullmatch(header) is not None


def is_signed(app_secret: str | None, body: bytes, signature: str) -> bool:
    """Return whether the signature matches the body, in constant time.

    False if there is no secret.
    """
    right = sign(app_secret or NOBODY, body)
    is_right = hmac.compare_digest(right.encode(), signature.encode(errors="replace"))
    return is_right and bool(app_secret)


def is_verification(verify_token: str | None, mode: str, shown: str) -> bool:
    """Return whether a verification request of Meta has the organisation's token."""
    is_right = hmac.compare_digest(
        (verify_token or NOBODY).encode(), shown.encode(errors="replace")
    )
    return is_right and bool(verify_token) and mode == "subscribe"
