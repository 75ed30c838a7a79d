"""What Google said of a sheet, kept in Redis for a minute, for all processes.

The rows of a tab are spread by their keys over 64 parts, each encrypted, so that a message opens
one part and not the whole sheet. A failure is kept for some seconds, so that a sheet that is not
shared is not asked for with every message.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from typing import Any

import orjson

from flowhook.errors import FlowhookError, TooLarge, read_error
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.providers.google_sheets import SheetLink
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key
from flowhook.turns import in_turns
from flows.sheets.table import Row, Table

KEPT_SECONDS = 60
FAILURE_SECONDS = 5
MAX_ORGANISATION_BYTES = 32 * 1024 * 1024  # within a minute
PARTS = 64
STATE, COLUMNS = "state", "columns"  # of the state: empty, or the failure
PURPOSE = "google sheet"


@dataclass(frozen=True, slots=True)
class Found:
    """What is kept of a sheet: the row that was looked for, or that there is none."""

    row: Row | None


class SheetCache:
    """`find` and `keep` by organisation and link."""

    def __init__(self, redis: Any, cipher: Cipher) -> None:
        self.redis = redis
        self.cipher = cipher

    def find(self, org: str, link: SheetLink, key: str) -> Found | None:
        """Return the row of this key, or None where nothing is kept of the sheet.

        Raises the failure that is kept.
        """
        kept = self.redis.hmget(sheet_key(org, link), [STATE, COLUMNS, part_of(key)])
        state, columns, part = kept
        if state is None:
            return None
        if state:
            raise read_error(orjson.loads(state))
        if part is None:
            return Found(None)
        try:
            table = Table(self._open(org, columns), self._open(org, part))
        except CannotDecrypt:
            return None
        return Found(table.row(key))

    def keep(self, org: str, link: SheetLink, table: Table) -> None:
        """Keep a sheet for a minute.

        Raises TooLarge if the organisation's sheets of this minute take more than 32 MiB.
        """
        parts: dict[str, dict[str, list[str]]] = {}
        for name, cells in in_turns(table.rows.items()):
            parts.setdefault(part_of(name), {})[name] = cells
        fields: list[str | bytes] = [STATE, b"", COLUMNS, self._seal(org, table.columns)]
        for part, held in in_turns(parts.items()):
            fields += [part, self._seal(org, held)]
        key, counted, size = sheet_key(org, link), bytes_key(org), sum(map(len, fields))
        if size + int(self.redis.get(counted) or 0) > MAX_ORGANISATION_BYTES:
            raise TooLarge(
                "the organisation's Google sheets are larger than 32 MiB together",
                fix="Let flows read smaller sheets, or fewer in the same minute.",
            )
        write(
            self.redis,
            ("DEL", key),
            ("HSET", key, *fields),
            ("EXPIRE", key, KEPT_SECONDS),
            ("SET", counted, 0, "EX", KEPT_SECONDS, "NX"),
            ("INCRBY", counted, size),
        )

    def keep_failure(self, org: str, link: SheetLink, error: FlowhookError) -> None:
        """Keep for some seconds why a sheet cannot be read."""
        key = sheet_key(org, link)
        told = orjson.dumps(error.as_dict())
        write(
            self.redis,
            ("DEL", key),
            ("HSET", key, STATE, told),
            ("EXPIRE", key, FAILURE_SECONDS),
        )

    def _seal(self, org: str, value: Any) -> bytes:
        return self.cipher.seal(org, PURPOSE, orjson.dumps(value))

    def _open(self, org: str, sealed: bytes) -> Any:
        return orjson.loads(self.cipher.open(org, PURPOSE, sealed))


def bytes_key(org: str) -> str:
    """What the organisation's sheets of this minute take."""
    return org_key(org, "sheets", "bytes")


def sheet_key(org: str, link: SheetLink) -> str:
    return org_key(org, "sheet", digest_of(link))


def lease_key(org: str, link: SheetLink) -> str:
    """The lease of who asks Google for the sheet."""
    return org_key(org, "sheet_lock", digest_of(link))


def digest_of(link: SheetLink) -> str:
    return hashlib.sha256(f"{link.id} {link.tab}".encode()).hexdigest()[:32]


def part_of(key: str) -> str:
    """The part that holds this key: a number, which tells nothing of the key."""
    return str(zlib.crc32(key.encode()) % PARTS)
