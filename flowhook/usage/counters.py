"""Count organisations' calls and tokens; a sink of the recorder.

A hash for each organisation and day (UTC) has the fields `<function>|<model>|calls`, `errors`,
`in` and `out` (tokens), and is kept 400 days; so has one for all organisations together. A batch
of the recorder is one script for each organisation in it and one for all, whatever its size, and
counts once however often it is sent.
"""

from __future__ import annotations

import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
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
COUNT_ALL = Script(Path(__file__).with_name("count.lua"), gone=None)


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
        own = [batch for batch in batches if batch.organization_id is not None]
        for batch in own:
            key = partial(org_key, str(batch.organization_id), "usage")
            self._add_rows(pipe, COUNT, key, batch.name, batch.entries)
        if own:
            together = [entry for batch in own for entry in batch.entries]
            self._add_rows(pipe, COUNT_ALL, _all_key, own[0].name, together)

    def read(self, org: str | None, days: Iterable[str]) -> list[Row]:
        """Read the rows of these days (`2026-11-20`) in one round trip; None: of all together."""
        days = list(days)
        pipe = self.redis.pipeline(transaction=False)
        for day in days:
            pipe.hgetall(_all_key(day) if org is None else org_key(org, "usage", day))
        return [
            row
            for day, fields in zip(days, pipe.execute(), strict=True)
            for row in _read_rows(day, fields)
        ]

    def _add_rows(
        self,
        pipe: Any,
        script: Script,
        key: Callable[..., str],
        name: str,
        entries: Sequence[LogEntry],
    ) -> None:
        rows = _add_up(entries)
        days = sorted({day for day, _, _ in rows})
        keys = [key("last_batch", self.process), *(key(day) for day in days)]
        arguments: list[Argument] = [name, REMEMBER_SECONDS, KEEP_DAYS * DAY_SECONDS]
        for (day, function, model), count in rows.items():
            arguments += [days.index(day) + 2, function, model]
            arguments += [count.calls, count.errors, count.input_tokens, count.output_tokens]
        script.add_to(pipe, keys, arguments)


def _all_key(*parts: str) -> str:
    """A key of all organisations together; they share one slot."""
    return ":".join(("{fh:usage}", *parts))


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
