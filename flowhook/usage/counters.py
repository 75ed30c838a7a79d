"""Count organisations' calls and tokens; a sink of the recorder.

A hash for each organisation and day (UTC) has the fields `<function>|<model>|calls`, `errors`,
`in` and `out` (tokens), and is kept 400 days. A batch of the recorder is one script for each
organisation in it, whatever its size, and counts once however often it is sent.
"""

from __future__ import annotations

import secrets
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowhook.records.batch import REMEMBER_SECONDS, Batch
from flowhook.records.log_entry import LogEntry
from flowhook.redis.keys import org_key
from flowhook.redis.script import Argument, Script

KEEP_DAYS = 400
DAY_SECONDS = 24 * 3600
MAX_MODEL = 128

COUNT = Script(Path(__file__).with_name("count.lua"))


@dataclass(slots=True)
class Count:
    """Calls, errors, and tokens as the provider counts them."""

    calls: int = 0
    errors: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def add(self, other: Count) -> None:
        self.calls += other.calls
        self.errors += other.errors
        self.input_tokens += other.input_tokens
        self.output_tokens += other.output_tokens


@dataclass(frozen=True, slots=True)
class Row:
    """The calls of one day, function and model; `model` is empty where none answered."""

    day: str
    function: str
    model: str
    count: Count


class UsageCounters:
    """Stores and reads usage by day."""

    def __init__(self, redis: Any) -> None:
        self.redis = redis
        self.process = secrets.token_hex(8)

    def add_to(self, pipe: Any, batches: Sequence[Batch]) -> None:
        for batch in batches:
            if batch.organization_id is not None:
                self._add_batch(pipe, batch.organization_id, batch)

    def read(self, org: str, days: Iterable[str]) -> list[Row]:
        """Read the rows of these days (`2026-11-20`) in one round trip."""
        days = list(days)
        pipe = self.redis.pipeline(transaction=False)
        for day in days:
            pipe.hgetall(org_key(org, "usage", day))
        return [
            row
            for day, fields in zip(days, pipe.execute(), strict=True)
            for row in _read_rows(day, fields)
        ]

    def _add_batch(self, pipe: Any, org: str, batch: Batch) -> None:
        rows = _add_up(batch.entries)
        days = sorted({day for day, _, _ in rows})
        keys = [org_key(org, "usage", "last_batch", self.process)]
        keys += [org_key(org, "usage", day) for day in days]
        arguments: list[Argument] = [batch.name, REMEMBER_SECONDS, KEEP_DAYS * DAY_SECONDS]
        for (day, function, model), count in rows.items():
            arguments += [days.index(day) + 2, function, model]
            arguments += [count.calls, count.errors, count.input_tokens, count.output_tokens]
        COUNT.add_to(pipe, keys, arguments)


def _add_up(entries: Sequence[LogEntry]) -> dict[tuple[str, str, str], Count]:
    rows: dict[tuple[str, str, str], Count] = defaultdict(Count)
    for entry in entries:
        day = time.strftime("%Y-%m-%d", time.gmtime(entry.at))
        rows[day, entry.function, entry.model[:MAX_MODEL]].add(
            Count(1, int(entry.status != "ok"), entry.input_tokens, entry.output_tokens)
        )
    return rows


def _read_rows(day: str, fields: dict[bytes, bytes]) -> list[Row]:
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for field, number in fields.items():
        row, _, metric = field.decode().rpartition("|")
        function, _, model = row.partition("|")
        counts[function, model][metric] = int(number)
    return [
        Row(
            day,
            function,
            model,
            Count(
                found.get("calls", 0),
                found.get("errors", 0),
                found.get("in", 0),
                found.get("out", 0),
            ),
        )
        for (function, model), found in counts.items()
    ]
