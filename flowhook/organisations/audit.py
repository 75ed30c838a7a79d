"""The append-only audit: who changed which settings field when, never a value.

It outlives the organisation, so that a deletion is on record too; it is capped at the newest
entries and holds names only.
"""

from __future__ import annotations

from typing import Any

import orjson

from flowhook.redis.keys import audit_key
from flowhook.timestamps import timestamp_of

ENTRIES = 10_000


class Audit:
    """A capped stream an organisation."""

    def __init__(self, redis: Any) -> None:
        self.redis = redis

    def write(self, org: str, actor: str, action: str, what: str, fields: list[str]) -> None:
        entry = {"actor": actor, "action": action, "what": what, "fields": fields}
        self.redis.xadd(
            audit_key(org), {"entry": orjson.dumps(entry)}, maxlen=ENTRIES, approximate=True
        )

    def read(self, org: str, before: str, count: int) -> list[dict[str, Any]]:
        """Entries newest first, older than the id `before` (empty: from the newest)."""
        high = f"({before}" if before else "+"
        return [
            {"id": raw_id.decode(), "time": _time(raw_id), **orjson.loads(fields[b"entry"])}
            for raw_id, fields in self.redis.xrevrange(audit_key(org), high, "-", count=count)
        ]


def _time(raw_id: bytes) -> str:
    """When Redis took the entry, as its id tells in milliseconds."""
    return timestamp_of(int(raw_id.partition(b"-")[0]))
