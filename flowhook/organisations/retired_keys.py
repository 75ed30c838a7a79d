"""What a rotation leaves behind of the operator's older keys, so that they may go.

Secrets of settings are sealed anew; logs, conversations, media and jobs stay as they are, many
and large. What opens those is kept instead: each organisation's own key under the older key, a
hash of the organisation, sealed with the first key.
"""

from __future__ import annotations

from typing import Any

from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.keys import org_key


class RetiredKeys:
    """Keeps and finds an organisation's own keys of the past."""

    def __init__(self, redis: Any, cipher: Cipher) -> None:
        """From now on `cipher` opens with them too."""
        self.redis = redis
        self.cipher = cipher
        cipher.find_retired = self.find

    def find(self, org: str, key_id: bytes) -> bytes | None:
        sealed = self.redis.hget(org_key(org, "retired_keys"), key_id)
        return None if sealed is None else self.cipher.open(org, _purpose(key_id), sealed)

    def keep(self, org: str) -> int:
        """Seal the keys under the operator's older keys, and those kept before, with the first.

        Gives how many no key opens (left as they are).
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
            self.redis.hset(key, mapping=fresh)
        self.redis.hdel(key, self.cipher.current)  # back in use; it must not lead to itself
        return unreadable


def _purpose(key_id: bytes) -> str:
    return f"retired_key:{key_id.hex()}"
