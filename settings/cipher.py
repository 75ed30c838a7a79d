"""Encryption at rest: AES-256-GCM under the operator's keys, bound to its place.

Each organisation has its own key, derived from the operator's key, and every ciphertext
carries its organisation and purpose as associated data: moved elsewhere in the store it does
not open. A ciphertext begins with a version byte and four bytes that name its key, so the
first key encrypts, all decrypt, and `rotate` knows what is stale.

Source: NIST SP 800-38D for the 96-bit random nonce, 2^32 messages a key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
KEY_ID_BYTES = 4
NONCE_BYTES = 12
HEADER_BYTES = len(VERSION) + KEY_ID_BYTES + NONCE_BYTES


class CannotDecrypt(Exception):
    """None of the keys opens this ciphertext, or it was moved from where it belongs."""


class Cipher:
    """Seals and opens bytes for one organisation and purpose."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys`: Fernet keys (32 bytes, URL-safe base64), the one that encrypts first."""
        if not keys:
            raise ValueError("at least one encryption key is needed")
        self._keys = {_key_id(raw): raw for raw in map(base64.urlsafe_b64decode, keys)}
        self._current = next(iter(self._keys))
        # Bounded: an operator hosts hundreds of organisations, thousands at the most.
        self._derived = lru_cache(maxsize=16_384)(self._derive)

    def seal(self, organization_id: str, purpose: str, plain: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._derived(self._current, organization_id).encrypt(
            nonce, plain, _bind(organization_id, purpose)
        )
        return VERSION + self._current + nonce + sealed

    def open(self, organization_id: str, purpose: str, sealed: bytes) -> bytes:
        key_id = sealed[1 : 1 + KEY_ID_BYTES]
        known = sealed[:1] == VERSION and key_id in self._keys
        if not known or len(sealed) < HEADER_BYTES:
            raise CannotDecrypt(f"{purpose} of {organization_id}: no key opens it")
        nonce = sealed[1 + KEY_ID_BYTES : HEADER_BYTES]
        try:
            return self._derived(key_id, organization_id).decrypt(
                nonce, sealed[HEADER_BYTES:], _bind(organization_id, purpose)
            )
        except InvalidTag:
            raise CannotDecrypt(f"{purpose} of {organization_id}: damaged or moved") from None

    def is_stale(self, sealed: bytes) -> bool:
        """Whether a key other than the first sealed it."""
        return sealed[1 : 1 + KEY_ID_BYTES] != self._current

    def _derive(self, key_id: bytes, organization_id: str) -> AESGCM:
        label = b"flowhook organisation key\0" + organization_id.encode()
        return AESGCM(hmac.digest(self._keys[key_id], label, hashlib.sha256))


def _key_id(raw: bytes) -> bytes:
    return hashlib.sha256(b"flowhook key id\0" + raw).digest()[:KEY_ID_BYTES]


def _bind(organization_id: str, purpose: str) -> bytes:
    return f"{organization_id}\0{purpose}".encode()
