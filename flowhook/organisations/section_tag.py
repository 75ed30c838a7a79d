"""The tag of a section as it is stored (its ETag), and which fields changed since one was given.

A tag is 8 bytes a field, in base64: 4 of the digest of its name, 4 of the digest of its stored
value; a secret's stored value is ciphertext, so a tag tells nothing of it. An empty tag stands for
a section that is not there.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Iterable, Mapping

PART = 4  # bytes of a digest
ANY = "*"  # fits whatever is stored


def section_tag(stored: Mapping[bytes, bytes], section: str) -> str:
    """The tag of a section; `stored` is the organisation's settings hash."""
    parts = sorted(name + value for name, value in _digests(stored, section).items())
    return urlsafe_b64encode(b"".join(parts)).decode()


def changed_since(
    tag: str, stored: Mapping[bytes, bytes], section: str, names: Iterable[str]
) -> list[str] | None:
    """Which of the fields `names` changed since `tag` was given, sorted; None if nothing did.

    The list is empty for a tag of something else.
    """
    if tag == ANY or tag == section_tag(stored, section):
        return None
    before, now = _read(tag), _digests(stored, section)
    return sorted(name for name in names if before.get(_digest(name)) != now.get(_digest(name)))


def _fields(stored: Mapping[bytes, bytes], section: str) -> dict[str, bytes]:
    prefix = f"{section}:".encode()
    return {
        key.removeprefix(prefix).decode(): value
        for key, value in stored.items()
        if key.startswith(prefix)
    }


def _digests(stored: Mapping[bytes, bytes], section: str) -> dict[bytes, bytes]:
    return {_digest(name): _digest(value) for name, value in _fields(stored, section).items()}


def _digest(value: str | bytes) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return hashlib.sha256(raw).digest()[:PART]


def _read(tag: str) -> dict[bytes, bytes]:
    try:
        raw = urlsafe_b64decode(tag)
    except (Error, ValueError):
        return {}
    pairs = (raw[at : at + 2 * PART] for at in range(0, len(raw), 2 * PART))
    return {pair[:PART]: pair[PART:] for pair in pairs}
