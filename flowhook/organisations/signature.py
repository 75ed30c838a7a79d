"""Glific's signature scheme, and what this service signs itself.

What leaves the service is signed by the same scheme with a key of its own for each purpose, so no
receiver can send it back as a call of a webhook function.
"""

from __future__ import annotations

import hashlib
import hmac
import re

HEADER = "X-Glific-Signature"
OUTGOING_HEADER = "X-Flowhook-Signature"
PATTERN = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def sign(phrase: str, stamp: str, body: bytes) -> str:
    """Version 1: the hex HMAC-SHA256 of `<stamp>.<body>` with the phrase as key."""
    return hmac.new(phrase.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def signature(phrase: str, at: float, body: bytes) -> str:
    """The header's value for a body sent at `stamp` (epoch seconds)."""
    stamp = str(int(at))
    return f"t={stamp},v1={sign(phrase, stamp, body)}"


def is_glific_number(org: str) -> bool:
    """Whether Glific can name the organisation in a call that it signs: by its own number."""
    return org.isdigit()


def outgoing_signature(purpose: str, phrase: str, at: float, body: bytes) -> str:
    """The value of X-Flowhook-Signature for a body sent to a server of the organisation's.

    Its key is the hex HMAC-SHA256 of `flowhook <purpose>` with the phrase as key. The purpose is
    `callback`, `webhook` or `alert`.
    """
    purposes = f"flowhook {purpose}".encode()
    key = hmac.new(phrase.encode(), purposes, hashlib.sha256).hexdigest()
    return signature(key, at, body)
