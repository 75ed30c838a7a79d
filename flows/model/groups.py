"""Ids of collections, to which flows refer by number or by name."""

from __future__ import annotations

import hashlib


def group_id(reference: str, name: str) -> str | None:
    """The id of a collection: the reference if it is a number, else an id made from the name.

    >>> group_id("5", "Five"), group_id("OPTOUT", "Opted out"), group_id("?", "")
    ('5', '1895484438147', None)
    """
    if reference.isascii() and reference.isdigit():
        return reference
    return group_number(name) if name else None


def group_number(name: str) -> str:
    """A 13-digit id derived from a name alone, so that none has to be stored.

    >>> group_number("Enrolled 2026")
    '4966087976966'
    """
    digest = hashlib.sha256(name.strip().encode()).digest()
    return str(10**12 + int.from_bytes(digest[:8]) % (9 * 10**12))
