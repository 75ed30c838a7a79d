"""Names of the keys in Redis: one organisation's keys share one hash tag, so one slot.

An organisation's key is `fh:{<org>}:<kind>[:<part>...]`; the braces are Redis Cluster's hash
tag, which lets pipelines, transactions and scripts touch several keys of one organisation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowhook.redis.connect import Client

ORGANISATIONS = "fh:orgs"
FORMAT = "fh:format"  # the format of the store; absent for the first
STORE_FORMAT = 2  # the newest that this release reads and writes
DELETED = "fh:deleted"  # sorted set: organisations, by when they are looked for once more

ORGANIZATION_ID_PATTERN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SCAN_COUNT = 1000


def org_key(organisation: str, *parts: str) -> str:
    """`org_key("acme", "openai", "main")` is `fh:{acme}:openai:main`.

    The id is checked here as well, since a brace or a glob character in it would reach
    another organisation's keys.
    """
    return ":".join((_prefix(organisation), *parts))


@lru_cache(maxsize=4096)
def _prefix(organisation: str) -> str:
    if not ORGANIZATION_ID_PATTERN.fullmatch(organisation):
        raise ValueError("an organisation id is 1 to 64 of A-Z a-z 0-9 _ -")
    return f"fh:{{{organisation}}}"


def scan_organisation(client: Client, organisation: str) -> Iterator[bytes]:
    """Every key of an organisation, each once.

    On a cluster all primaries are asked, not only the slot's owner: while a slot moves, its
    keys lie on two of them. Walks the whole keyspace: for deletion and export only.
    """
    seen: set[bytes] = set()
    for key in client.scan_iter(match=org_key(organisation, "*"), count=_SCAN_COUNT):
        if key not in seen:
            seen.add(key)
            yield key


def gone_key(organisation: str) -> str:
    """The mark of a deleted organisation, which every script looks at."""
    return org_key(organisation, "gone")


def audit_key(organisation: str) -> str:
    """The audit of an organisation; not under its own keys, since it outlives it."""
    return f"fh:audit:{{{organisation}}}"


def guess_key(name: bytes) -> str:
    """The count of invalid credentials from a (hashed) address and identity."""
    return f"fh:guess:{name.hex()}"


def known_key(name: bytes) -> str:
    """A mark that a (hashed) credential was valid from this address before."""
    return f"fh:known:{name.hex()}"


def session_key(digest: str) -> str:
    """A session of the pages; not under an organisation's keys, since the operator has some too."""
    return f"fh:session:{digest}"


def pulse_key(name: str) -> str:
    """Outcomes of all calls in two hours."""
    return f"fh:pulse:{name}"
