"""Organisations' keys that a rotation keeps, so that the operator's older keys can be removed.

A rotation encrypts the secrets of settings again. Logs, conversations, media and jobs, which are
many and large, stay as they are; what decrypts them is kept instead: each organisation's own key
under the older key, in one hash for each organisation, encrypted with the first key.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key


class RetiredKeys:
    """Stores and finds organisations' own keys under older keys of the operator."""

    def __init__(self, redis: Any, cipher: Cipher) -> None:
        """`cipher` decrypts with them from now on."""
        self.redis = redis
        self.cipher = cipher
        cipher.find_retired = self.find

    def find(self, org: str, key_id: bytes) -> bytes | None:
        sealed = self.redis.hget(org_key(org, "retired_keys"), key_id)
        return None if sealed is None else self.cipher.open(org, _purpose(key_id), sealed)

    def keep(self, org: str) -> int:
        """Encrypt the keys under the operator's older keys, and those kept before, with the first.

        Returns how many no key decrypts; those are left as they are.
        """
        key = org_key(org, "retired_keys")
        unreadable = 0
        found = self.cipher.outgoing(org)
        for key_id, sealed in self.redis.hgetall(key).items():
            if key_id == self.cipher.current:
                continue
            try:
                found.setdefault(key_id, self.cipher.open(org, _purpose(key_id), sealed))
            except CannotDecrypt:
                unreadable += 1
        if found:
            fresh = {
                key_id: self.cipher.seal(org, _purpose(key_id), plain)
                for key_id, plain in found.items()
            }
            write(self.redis, ("HSET", key, *chain.from_iterable(fresh.items())))
        self.redis.hdel(key, self.cipher.current)  # in use again; it must not point to itself
        return unreadable


def _purpose(key_id: bytes) -> str:
    return f"retired_key:{key_id.hex()}"
