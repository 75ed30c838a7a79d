"""A contact's part in the names of keys: a keyed digest, since a contact's id is a phone number.

What a store holds can be encrypted, the names of its keys cannot. So a key's name has
`~<digest>`, made with a random key of the store that is itself encrypted under ENCRYPTION_KEYS.
Stores of format 1, which older releases read too, have the ids themselves; they are moved to
format 2 when the service starts and no other process lives (contact_move.py), so a process may
hold what it found at its first use.
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from typing import Any

from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.keys import FORMAT

NAMES_KEY = "fh:contact_names"  # the key of the digests, encrypted
DIGESTS_FORMAT = 2
MAX_CONTACT = 160  # characters of a contact's id; what is longer is cut
MARK = "~"  # begins no contact's id
_PURPOSE = "contact names"
_NOBODY = "*"  # no organisation's id


class ContactNames:
    """Names contacts within keys' names, in the format of the store."""

    def __init__(self, redis: Any, cipher: Cipher, is_hidden: bool = False) -> None:
        """The store is read at the first name; `is_hidden` takes it for one of format 2."""
        self.redis = redis
        self.cipher = cipher
        self.is_hidden = is_hidden
        self._key: bytes | None = None
        self._search_key = b""
        self._digests = lru_cache(maxsize=65_536)(self._digest)

    def of(self, org: str, contact: str) -> str:
        """Return the part of a key's name that stands for a contact of the organisation."""
        if self._key is None:
            self._key = self._read()
        return self._digests(org, contact) if self._key else contact

    def tag_of(self, org: str, contact: str) -> str:
        """Return what marks a value as a contact's, where neither a key's name nor the value tells
        whose it is: a keyed digest of 16 letters in stores of every format, empty for nobody."""
        return self.digest_of(org, f"tag\0{contact}") if contact else ""

    def digest_of(self, org: str, text: str) -> str:
        """Return what stands for a text that is sought, such as a word of a contact's name: a
        keyed digest in stores of every format."""
        if not self._search_key:
            if not self.redis.exists(NAMES_KEY):
                make_names_key(self.redis, self.cipher)
            self._search_key = self._open()
        whole = f"{org}\0text\0{text}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(whole, digest_size=8, key=self._search_key).hexdigest()

    def _read(self) -> bytes:
        """Read the key of the digests; empty for a store of format 1."""
        if not self.is_hidden and int(self.redis.get(FORMAT) or 1) < DIGESTS_FORMAT:
            return b""
        return self._open()

    def _open(self) -> bytes:
        sealed = self.redis.get(NAMES_KEY)
        return self.cipher.open(_NOBODY, _PURPOSE, sealed or b"")

    def _digest(self, org: str, contact: str) -> str:
        whole = f"{org}\0{contact}".encode("utf-8", "surrogatepass")
        return MARK + hashlib.blake2b(whole, digest_size=16, key=self._key or b"").hexdigest()


def make_names_key(redis: Any, cipher: Cipher) -> None:
    """Make the key of the digests, once for a store."""
    redis.set(NAMES_KEY, cipher.seal(_NOBODY, _PURPOSE, os.urandom(32)), nx=True)


def renew_names_key(redis: Any, cipher: Cipher, accepts_loss: bool) -> bool:
    """Encrypt the key anew with the first of ENCRYPTION_KEYS; False if no key opens it.

    A lost one is replaced if `accepts_loss`: conversations of before are lost with the keys anyway.
    """
    sealed = redis.get(NAMES_KEY)
    if sealed is None:
        return True
    try:
        plain = cipher.open(_NOBODY, _PURPOSE, sealed)
    except CannotDecrypt:
        if not accepts_loss:
            return False
        plain = os.urandom(32)
    redis.set(NAMES_KEY, cipher.seal(_NOBODY, _PURPOSE, plain))
    return True
