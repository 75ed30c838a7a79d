"""Encrypting an organisation's secrets anew."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from redis.exceptions import WatchError

from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.organisations.settings_fields import field_of, stored_secrets
from flowhook.organisations.stored_secret import sealed_secret, stored_secret
from flowhook.redis.keys import org_key


class KeyRotation:
    """Encrypts what is stale with the first key of `cipher`."""

    def __init__(self, redis: Any, cipher: Cipher) -> None:
        self.redis = redis
        self.cipher = cipher

    def rotate(self, org: str) -> tuple[int, int]:
        """Encrypt an organisation's stale secrets with the first key.

        Returns how many were, and how many no key decrypts; those are left as they are.
        """
        key = org_key(org, "settings")
        rotated = unreadable = 0
        for section, name, stored in stored_secrets(self.redis.hgetall(key)):
            sealed, purpose = sealed_secret(stored), field_of(section, name)
            if not self.cipher.is_stale(sealed):
                continue
            try:
                fresh = self.cipher.seal(org, purpose, self.cipher.open(org, purpose, sealed))
            except CannotDecrypt:
                unreadable += 1
                continue
            rotated += self._replace_if_same(key, purpose, stored, stored_secret(section, fresh))
        return rotated, unreadable

    def secrets(self, org: str) -> Iterable[tuple[str, bytes]]:
        """Every encrypted field of an organisation's settings: its purpose, and as sealed."""
        for section, name, stored in stored_secrets(self.redis.hgetall(org_key(org, "settings"))):
            yield field_of(section, name), sealed_secret(stored)

    def _replace_if_same(self, key: str, field: str, old: bytes, new: bytes) -> int:
        """Replace a value unless it changed since, for then the first key encrypted it."""
        with self.redis.pipeline(transaction=True) as pipe:
            while True:
                pipe.watch(key)
                if pipe.hget(key, field) != old:
                    return 0
                pipe.multi()
                pipe.hset(key, field, new)
                try:
                    pipe.execute()
                except WatchError:  # another field changed
                    continue
                return 1
