"""A contact's entries in the log of calls: exported, and erased.

The log has no index by contact, so all of it is looked at, some entries at a time. A stream keeps
the bytes of single entries that are deleted until those around them go, too; so a log that has
entries of the contact is copied without them, and the copy takes its place in the step that copies
its end.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson

from flowhook.errors import Conflict
from flowhook.records.log import LOG, RUNS, LogStore
from flowhook.redis.fullness import refuses_writes
from flowhook.redis.keys import org_key
from flowhook.redis.leases import PROCESS_SECONDS, Leases
from flowhook.redis.script import Argument, Script
from flowhook.turns import give_way

LOOKED_AT_ONCE = 500
COPIED_AT_ONCE = 50  # entries of at most 128 KiB
COPY_SECONDS = 600
PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.2

FOLDER = Path(__file__).parent
OF_CONTACT = FOLDER / "of_contact.lua"
FIND = Script(FOLDER / "find_contact.lua", OF_CONTACT, gone="{''}")
WITHOUT = Script(FOLDER / "without_contact.lua", OF_CONTACT, gone="{'', 0}")


class ContactLog:
    """Exports and erases the calls of contacts."""

    def __init__(
        self, log: LogStore, redis: Any, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.log = log
        self.redis = redis
        self.sleep = sleep
        self.leases = Leases(redis, PROCESS_SECONDS)

    def export(self, org: str, contact: str) -> Iterator[dict[str, Any]]:
        """The entries in full, oldest first."""
        for log in (LOG, RUNS):
            for entry_id in self._ids(org, log, contact):
                found = self.log.find(org, log, entry_id)
                if found is not None:
                    yield found

    def erase(self, org: str, contact: str) -> dict[str, int]:
        """Raises Conflict where somebody else copies the log and does not end."""
        left_out = sum(self._erase(org, log, contact) for log in (LOG, RUNS))
        asked = self.redis.unlink(org_key(org, "asked"))  # what people asked is made of the log
        return {"logs": left_out, "asked": int(asked)}

    def returned(self, org: str, contact: str, at: float) -> bool:
        """Remove the entries of calls that began before `at`, in epoch seconds; tells whether there
        are others."""
        for log in (LOG, RUNS):
            self._erase(org, log, contact, str(int(at * 1000)))
        return any(next(self._ids(org, log, contact), None) for log in (LOG, RUNS))

    def _ids(self, org: str, log: str, contact: str, before: str = "") -> Iterator[str]:
        """The ids of a contact's entries, of calls that began `before` this epoch millisecond."""
        start = "-"
        while start:
            arguments: list[Argument] = [start, LOOKED_AT_ONCE, _sought(contact), before]
            last, *ids = FIND.run(self.redis, [org_key(org, log)], arguments)
            yield from (one.decode() for one in ids)
            start = f"({last.decode()}" if last else ""
            give_way()

    def _erase(self, org: str, log: str, contact: str, before: str = "") -> int:
        if next(self._ids(org, log, contact, before), None) is None:
            return 0
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            with self.leases.holding(org_key(org, log, "copying")) as token:
                if token is not None:
                    return self._copy_without(org, log, contact, before)
            if time.monotonic() >= deadline:
                raise Conflict("another contact is being erased", fix="Erase this one again later.")
            self.sleep(PAUSE_SECONDS)

    def _copy_without(self, org: str, log: str, contact: str, before: str) -> int:
        keys = [org_key(org, log), org_key(org, log, "copy", secrets.token_hex(8))]
        sought, left_out, start = (_sought(contact), before), 0, "-"
        try:
            while start:
                arguments: list[Argument] = [start, COPIED_AT_ONCE, *sought, COPY_SECONDS]
                last, more = WITHOUT.run(self.redis, keys, arguments)
                left_out += more
                start = f"({last.decode()}" if last else ""
                give_way()
        except Exception as failure:
            self.redis.unlink(keys[1])
            if not refuses_writes(failure):
                raise
            return self._delete(org, log, contact, before)
        return left_out

    def _delete(self, org: str, log: str, contact: str, before: str) -> int:
        """Where the store is full: what is deleted goes for good as the log goes on."""
        ids = self._ids(org, log, contact, before)
        return sum(self.redis.xdel(org_key(org, log), one) for one in ids)


def _sought(contact: str) -> bytes:
    """The contact as summaries have it; a text within them cannot look so, as its quotes are
    escaped."""
    return b'"contact":%b,' % orjson.dumps(contact)
