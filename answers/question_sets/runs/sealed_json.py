"""JSON of runs at rest: compressed where that helps, and encrypted for its place."""

from __future__ import annotations

import zlib
from typing import Any

import orjson

from flowhook.errors import Internal
from flowhook.organisations.cipher import CannotDecrypt, Cipher

LONG = 512  # bytes from which compressing helps
PLAIN, PACKED = b"0", b"1"


class SealedJson:
    """Seals and opens values that belong to one organisation and have one name."""

    def __init__(self, cipher: Cipher) -> None:
        self.cipher = cipher

    def seal(self, org: str, name: str, value: Any) -> bytes:
        raw = orjson.dumps(value)
        told = PACKED + zlib.compress(raw) if len(raw) >= LONG else PLAIN + raw
        return self.cipher.seal(org, name, told)

    def open(self, org: str, name: str, sealed: bytes) -> Any:
        """Raises Internal where the key that sealed it is gone."""
        try:
            told = self.cipher.open(org, name, sealed)
        except CannotDecrypt:
            raise Internal(
                "this run cannot be read: the key that encrypted it is gone",
                fix="The operator puts that key back into ENCRYPTION_KEYS, after the others.",
            ) from None
        raw = told[1:]
        return orjson.loads(zlib.decompress(raw) if told[:1] == PACKED else raw)
