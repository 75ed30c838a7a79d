"""Glific's signature scheme, for its webhook calls and for this service's callbacks."""

from __future__ import annotations

import hashlib
import hmac
import re

HEADER = "X-Glific-Signature"
PATTERN = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def sign(phrase: str, stamp: str, body: bytes) -> str:
    """Version 1: the hex HMAC-SHA256 of `<stamp>.<body>` with the phrase as key."""
    return hmac.new(phrase.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def signature(phrase: str, at: float, body: bytes) -> str:
    """The header's value for a body sent at `stamp` (epoch seconds)."""
    stamp = str(int(at))
    return f"t={stamp},v1={sign(phrase, stamp, body)}"
