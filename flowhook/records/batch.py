"""Log entries of one organisation that are written together, once, even if sent repeatedly."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flowhook.records.log_entry import LogEntry

# A process repeats one batch as long as Redis is unavailable; the mark must outlive that.
REMEMBER_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries with a name that identifies them among this process's batches.

    A process writes an organisation's batches one after another. The script that writes one stores
    its name too, and so recognises a batch that is repeated because its reply was lost.
    """

    organization_id: str | None
    name: str
    entries: Sequence[LogEntry]


def batches_of(entries: Iterable[LogEntry]) -> list[Batch]:
    """Group entries by organisation; those without one are a batch as well."""
    by_organisation: dict[str | None, list[LogEntry]] = defaultdict(list)
    for entry in entries:
        by_organisation[entry.organization_id].append(entry)
    return [Batch(org, _name(found), found) for org, found in by_organisation.items()]


def _name(entries: Sequence[LogEntry]) -> str:
    calls = "\n".join(f"{entry.at!r} {entry.request_id}" for entry in entries)
    return hashlib.blake2b(calls.encode(), digest_size=16).hexdigest()
