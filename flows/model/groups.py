"""The ids of collections, as flows name them: by number, or else by a name."""

from __future__ import annotations

import hashlib


def group_id(reference: str, name: str) -> str | None:
    """A number is an id; any other reference goes by the collection's name, if it has one.

    >>> group_id("5", "Five"), group_id("OPTOUT", "Opted out"), group_id("?", "")
    ('5', '1895484438147', None)
    """
    if reference.isascii() and reference.isdigit():
        return reference
    return group_number(name) if name else None


def group_number(name: str) -> str:
    """A name's number: 13 digits, the same everywhere, so that none has to be kept.

    >>> group_number("Enrolled 2026")
    '4966087976966'
    """
    digest = hashlib.sha256(name.strip().encode()).digest()
    return str(10**12 + int.from_bytes(digest[:8]) % (9 * 10**12))
