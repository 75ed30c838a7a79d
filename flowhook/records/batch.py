"""Entries of one organisation that are written together, and once, however often they are sent."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flowhook.records.log_entry import LogEntry

# Longer than a process sends one batch again, which it does for as long as Redis is away.
REMEMBER_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Batch:
    """`name` is the same for the same calls, and for no others of this process.

    A process writes an organisation's batches one after another: where it leaves the last one's
    name beside what it wrote, in the same script, it knows one whose answer was lost again.
    """

    organization_id: str | None
    name: str
    entries: Sequence[LogEntry]


def batches_of(entries: Iterable[LogEntry]) -> list[Batch]:
    """The entries by organisation; those of none are a batch as well."""
    by_organisation: dict[str | None, list[LogEntry]] = defaultdict(list)
    for entry in entries:
        by_organisation[entry.organization_id].append(entry)
    return [Batch(org, _name(found), found) for org, found in by_organisation.items()]


def _name(entries: Sequence[LogEntry]) -> str:
    calls = "\n".join(f"{entry.at!r} {entry.request_id}" for entry in entries)
    return hashlib.blake2b(calls.encode(), digest_size=16).hexdigest()
