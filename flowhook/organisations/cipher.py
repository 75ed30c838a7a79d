"""Encryption at rest: AES-256-GCM under the operator's keys, bound to its place.

Each organisation has its own key, derived from the operator's key. Organisation and purpose are the
associated data of every ciphertext, so one that is moved elsewhere in the store does not decrypt. A
ciphertext begins with a version byte and four bytes that identify its key: the first key encrypts,
all decrypt, and a rotation knows what is stale. Ciphertexts of an operator's key that was removed
decrypt with the organisation's own key of that time, where it was kept (retired_keys.py).

Source: NIST SP 800-38D for the 96-bit random nonce, 2^32 messages a key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Callable, Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as CryptoCipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
KEY_ID_BYTES = 4
NONCE_BYTES = 12
TAG_BYTES = 16
FIRST_BLOCK = (2).to_bytes(4, "big")  # the counter at which GCM begins to encrypt
HEADER_BYTES = len(VERSION) + KEY_ID_BYTES + NONCE_BYTES

FindRetired = Callable[[str, bytes], bytes | None]
"""(organisation, key id) to the organisation's own key under an operator's key of the past."""


class CannotDecrypt(Exception):
    """No key decrypts this ciphertext, or it was moved to another place in the store."""


class Cipher:
    """Encrypts and decrypts bytes for one organisation and purpose."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys`: Fernet keys (32 bytes, URL-safe base64); the first encrypts."""
        if not keys:
            raise ValueError("at least one encryption key is needed")
        self._keys = {_key_id(raw): raw for raw in map(base64.urlsafe_b64decode, keys)}
        self.current = next(iter(self._keys))
        self.find_retired: FindRetired = _none_kept
        # An operator hosts hundreds of organisations, thousands at the most.
        self._derived = lru_cache(maxsize=16_384)(self._derive)

    def seal(self, organization_id: str, purpose: str, plain: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._derived(self.current, organization_id).encrypt(
            nonce, plain, f"{organization_id}\0{purpose}".encode()
        )
        return VERSION + self.current + nonce + sealed

    def open(self, organization_id: str, purpose: str, sealed: bytes) -> bytes:
        key_id = sealed[1 : 1 + KEY_ID_BYTES]
        if sealed[:1] != VERSION or len(sealed) < HEADER_BYTES:
            raise CannotDecrypt(f"{purpose} of {organization_id}: no key opens it")
        nonce = sealed[1 + KEY_ID_BYTES : HEADER_BYTES]
        try:
            return self._derived(key_id, organization_id).decrypt(
                nonce, sealed[HEADER_BYTES:], f"{organization_id}\0{purpose}".encode()
            )
        except InvalidTag:
            raise CannotDecrypt(f"{purpose} of {organization_id}: damaged or moved") from None

    def digest(self, organization_id: str, purpose: str, plain: bytes) -> bytes:
        """32 bytes that stand for `plain` and tell nobody without the key what it was."""
        key = self._organisations_key(self.current, organization_id)
        return hmac.digest(key, purpose.encode() + b"\0" + plain, "sha256")

    def guess(self, organization_id: str, sealed: bytes) -> bytes:
        """Return what a ciphertext seems to hold, without proof that nobody changed or moved it.

        Only to learn from it under which purpose `open` proves it. Raises CannotDecrypt if its key
        is not among ours.
        """
        key_id, nonce = sealed[1 : 1 + KEY_ID_BYTES], sealed[1 + KEY_ID_BYTES : HEADER_BYTES]
        if sealed[:1] != VERSION or len(sealed) < HEADER_BYTES + TAG_BYTES:
            raise CannotDecrypt(f"a value of {organization_id}: no key opens it")
        counter = modes.CTR(nonce + FIRST_BLOCK)
        key = self._organisations_key(key_id, organization_id)
        decryptor = CryptoCipher(algorithms.AES(key), counter).decryptor()
        return decryptor.update(sealed[HEADER_BYTES:-TAG_BYTES])

    def has(self, key_id: bytes) -> bool:
        """Whether the operator's key of this id is among the keys."""
        return key_id in self._keys

    def is_stale(self, sealed: bytes) -> bool:
        """Whether a key other than the first encrypted it."""
        return sealed[1 : 1 + KEY_ID_BYTES] != self.current

    def outgoing(self, organization_id: str) -> dict[bytes, bytes]:
        """The organisation's own key under each operator's key but the first, by key id."""
        return {
            key_id: _organisation_key(key, organization_id)
            for key_id, key in self._keys.items()
            if key_id != self.current
        }

    def _derive(self, key_id: bytes, organization_id: str) -> AESGCM:
        return AESGCM(self._organisations_key(key_id, organization_id))

    def _organisations_key(self, key_id: bytes, organization_id: str) -> bytes:
        key = self._keys.get(key_id)
        if key is not None:
            return _organisation_key(key, organization_id)
        retired = self.find_retired(organization_id, key_id)
        if retired is None:
            raise CannotDecrypt(f"a value of {organization_id}: its key is not among ours")
        return retired


def _none_kept(_organization_id: str, _key_id: bytes) -> None:
    return None


def _organisation_key(key: bytes, organization_id: str) -> bytes:
    label = b"flowhook organisation key\0" + organization_id.encode()
    return hmac.digest(key, label, hashlib.sha256)


def _key_id(raw: bytes) -> bytes:
    return hashlib.sha256(b"flowhook key id\0" + raw).digest()[:KEY_ID_BYTES]
