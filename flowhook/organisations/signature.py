"""Glific's signature: what signs its webhook calls to us, and ours to others."""

from __future__ import annotations

import hashlib
import hmac
import re

HEADER = "X-Glific-Signature"
PATTERN = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def sign(phrase: str, stamp: str, body: bytes) -> str:
    """Its v1: HMAC-SHA256 of `<stamp>.<body>` under the phrase, in hex."""
    return hmac.new(phrase.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def signature(phrase: str, at: float, body: bytes) -> str:
    """The header's value for a body sent at an epoch second."""
    stamp = str(int(at))
    return f"t={stamp},v1={sign(phrase, stamp, body)}"
