"""What an organisation's settings hash tells of its approved answers, in one sealed field.

It comes with the settings that each call reads: a process learns of a change without asking Redis.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import asdict, dataclass

import orjson

from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.organisations.settings_fields import APPROVED, EXISTS, Stored, field_of

FIELD = field_of(f"{APPROVED}answers", EXISTS)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Head:
    """`number` grows with each change; `count` answers have so many `questions`, and `bytes` as
    JSON."""

    number: int = 0
    count: int = 0
    questions: int = 0
    bytes: int = 0


def sealed_head(stored: Stored) -> bytes | None:
    """The field as it is stored; None where the organisation never had an approved answer."""
    return stored.get(FIELD.encode())


def state_of(stored: Stored) -> str:
    """Another text after each change of the answers."""
    return hashlib.sha256(sealed_head(stored) or b"").hexdigest()


def read_head(cipher: Cipher, org: str, stored: Stored) -> Head:
    """The head, zeros where there is none or no key opens it."""
    sealed = sealed_head(stored)
    if sealed is None:
        return Head()
    try:
        return Head(**orjson.loads(cipher.open(org, FIELD, sealed)))
    except CannotDecrypt:
        logger.error("no key opens the count of answers", extra={"organization_id": org})
        return Head()


def seal_head(cipher: Cipher, org: str, head: Head) -> bytes:
    return cipher.seal(org, FIELD, orjson.dumps(asdict(head)))
