"""Bases of documents as an organisation's settings hash holds them: one sealed field each.

They come with the settings that each call reads, so that a call learns of a change without asking
Redis.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from functools import lru_cache

import orjson

from answers.knowledge.base import KnowledgeBase
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.organisations.settings_fields import EXISTS, KNOWLEDGE, Stored, field_of

HELD = 2048  # bases that a process has opened, of some 200 bytes

logger = logging.getLogger(__name__)


class BaseFields:
    """Seals bases as fields and opens them; what it has opened stays in memory, in bounds."""

    def __init__(self, cipher: Cipher) -> None:
        self.cipher = cipher
        self._opened = lru_cache(maxsize=HELD)(self._open)

    def find(self, org: str, name: str, stored: Stored) -> KnowledgeBase | None:
        """A base of the settings hash; None where there is none, or no key decrypts it."""
        sealed = stored.get(base_field(name).encode())
        if sealed is None:
            return None
        try:
            return self._opened(org, name, sealed)
        except CannotDecrypt:
            what = {"organization_id": org, "base": name}
            logger.error("no key of ENCRYPTION_KEYS opens a base of documents", extra=what)
            return None

    def all(self, org: str, stored: Stored) -> list[KnowledgeBase]:
        """Every base of the settings hash that a key decrypts, by name."""
        found = (self.find(org, name, stored) for name in sorted(names(stored)))
        return [base for base in found if base is not None]

    def seal(self, org: str, base: KnowledgeBase) -> bytes:
        """A base as its field's value."""
        told = asdict(base)
        return self.cipher.seal(org, base_field(told.pop("name")), orjson.dumps(told))

    def _open(self, org: str, name: str, sealed: bytes) -> KnowledgeBase:
        told = orjson.loads(self.cipher.open(org, base_field(name), sealed))
        return KnowledgeBase(
            name, **{key: told[key] for key in KnowledgeBase.__slots__ if key in told}
        )


def audited(name: str) -> str:
    """What the audit calls a base."""
    return f"knowledge/{name}"


def base_field(name: str) -> str:
    """The field of a base in the settings hash."""
    return field_of(KNOWLEDGE + name, EXISTS)


def names(stored: Stored) -> list[str]:
    """The names of the bases in the settings hash."""
    prefix = KNOWLEDGE.encode()
    fields = (field for field in stored if field.startswith(prefix))
    return [field.removeprefix(prefix).decode().removesuffix(":") for field in fields]
