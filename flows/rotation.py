"""Seals flows and conversations anew with the first key, so that older keys may go.

Transcripts and the answers kept for repeats stay as they are: streams cannot be rewritten, and
repeats are kept for a day. What no key opens any more is left out when they are shown.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from settings.cipher import CannotDecrypt, Cipher
from storage.script import Script

RESEAL = Script(Path(__file__).with_name("reseal.lua"))
SEALED = re.compile(
    r"fh:\{(?P<org>[^}]+)\}:"
    r"(?:contact:(?P<contact>.+):state|flow:(?P<flow>.+)|(?P<interactive>flows:interactive))"
)


def rotate(redis: Any, cipher: Cipher) -> tuple[int, int]:
    """How many values were sealed anew, and how many no key opens; one walk over all keys."""
    rotated = unreadable = 0
    for key in redis.scan_iter(match="fh:{*}:*", count=1000):
        place = SEALED.fullmatch(key.decode())
        if place is None:
            continue
        for field, sealed in redis.hgetall(key).items():
            if place["contact"] and field != b"state":
                continue
            if not cipher.is_stale(sealed):
                continue
            org, purpose = place["org"], _purpose(place)
            try:
                fresh = cipher.seal(org, purpose, cipher.open(org, purpose, sealed))
            except CannotDecrypt:
                unreadable += 1
                continue
            rotated += RESEAL.run(redis, [key.decode()], [field, sealed, fresh])
    return rotated, unreadable


def _purpose(place: re.Match[str]) -> str:
    if place["contact"]:
        return f"state:{place['contact']}"
    return f"flow:{place['flow']}" if place["flow"] else "interactive"
