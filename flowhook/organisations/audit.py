"""The audit of settings: who changed which field and when, never its value.

It outlives the organisation, so that a deletion is recorded too, and keeps the newest entries.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson

from flowhook.redis.keys import audit_key
from flowhook.timestamps import timestamp_of

ENTRIES = 10_000
LOOKED_AT = 100


class LastChange(NamedTuple):
    """Who changed something last, and when."""

    actor: str
    time: str


class Audit:
    """One bounded stream for each organisation."""

    def __init__(self, redis: Any) -> None:
        self.redis = redis

    def write(self, org: str, actor: str, action: str, what: str, fields: list[str]) -> None:
        entry = {"actor": actor, "action": action, "what": what, "fields": fields}
        self.redis.xadd(
            audit_key(org), {"entry": orjson.dumps(entry)}, maxlen=ENTRIES, approximate=True
        )

    def read(self, org: str, before: str, count: int) -> list[dict[str, Any]]:
        """Read entries, newest first, older than the id `before` (empty: from the newest)."""
        high = f"({before}" if before else "+"
        found = self.redis.xrevrange(audit_key(org), high, "-", count=count)
        return [_shown(raw_id.decode(), fields[b"entry"]) for raw_id, fields in found]

    def last_changes(self, org: str, section: str, names: Iterable[str]) -> dict[str, LastChange]:
        """Who changed these fields of a section last, as far as the newest entries tell; a
        replaced section changes all of them."""
        found: dict[str, LastChange] = {}
        for entry in self.read(org, "", LOOKED_AT):
            if entry["what"] != section:
                continue
            is_whole = entry["action"] != "change"
            for name in names if is_whole else entry["fields"]:
                found.setdefault(name, LastChange(entry["actor"], entry["time"]))
        return {name: found[name] for name in names if name in found}

    def last_change(self, org: str, section: str) -> float:
        """When a section changed last, in epoch seconds; 0 if not among the newest entries."""
        for entry in self.read(org, "", LOOKED_AT):
            if entry["what"] == section:
                return _milliseconds(entry["id"]) / 1000
        return 0.0


def _milliseconds(entry_id: str) -> int:
    """The time in an entry's id, which Redis sets in epoch milliseconds."""
    return int(entry_id.partition("-")[0])


def _shown(entry_id: str, raw: bytes) -> dict[str, Any]:
    return {"id": entry_id, "time": timestamp_of(_milliseconds(entry_id)), **orjson.loads(raw)}
