"""Names of the keys of one kind of queue, and the sealing of what lies in them."""

from __future__ import annotations

from typing import Any

import orjson

from flowhook.organisations.cipher import Cipher
from flowhook.organisations.contact_names import ContactNames
from flowhook.redis.keys import org_key


class QueueStore:
    """Where the queues of one `kind` lie. All keys of an organisation share one slot."""

    def __init__(self, redis: Any, cipher: Cipher, kind: str) -> None:
        self.redis = redis
        self.cipher = cipher
        self.names = ContactNames(redis, cipher)
        self.kind = kind

    def contact_keys(self, org: str, contact: str) -> list[str]:
        """The lease, the items, how often the head was taken, and the organisation's index."""
        prefix, name = org_key(org, self.kind), self.names.of(org, contact)
        parts = ("lock", "lane", "tries")  # "lane" is the queue, in stores of older releases too
        return [*(f"{prefix}:{part}:{name}" for part in parts), f"{prefix}:due"]

    def key(self, org: str, *parts: str) -> str:
        return org_key(org, self.kind, *parts)

    def organisations_key(self) -> str:
        """The set of organisations that have such queues."""
        return f"fh:{self.kind}:orgs"

    def seal(self, org: str, purpose: str, content: Any) -> bytes:
        return self.cipher.seal(org, f"{self.kind}:{purpose}", orjson.dumps(content))

    def open(self, org: str, purpose: str, sealed: bytes) -> Any:
        """Raises CannotDecrypt."""
        return orjson.loads(self.cipher.open(org, f"{self.kind}:{purpose}", sealed))
