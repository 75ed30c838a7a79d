"""Count organisations' calls and tokens; a sink of the recorder.

A hash for each organisation and day (UTC) has the fields `<function>|<model>|calls`, `errors`,
`in` and `out` (tokens), and is kept 400 days; so has one for all organisations together. A second
hash counts the calls that a saved prompt answered by the prompt's version in the function's place,
a third those of which is known what answered (a model, an approved answer) by that, and a fourth
those on which a policy of the guardrails spoke by that.
A batch of the recorder is one script for each organisation in it and one for all, whatever its
size, and counts once however often it is sent.
"""

from __future__ import annotations

import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from flowhook.records.batch import REMEMBER_SECONDS, Batch
from flowhook.records.log_entry import LogEntry
from flowhook.redis.keys import org_key
from flowhook.redis.script import Argument, Script

KEEP_DAYS = 400
DAY_SECONDS = 24 * 3600
MAX_MODEL = 128
PROMPTS = "prompts"  # in the key of the hash that counts by version of saved prompts
SOURCES = "sources"  # in that of the one that counts by what answered
GUARDRAILS = "guardrails"  # and in that by the policy of the guardrails that spoke

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
    """The calls of one day, function and model; `model` is empty where none answered.

    A row of saved prompts names a version in `prompt`, as `farmer_help@3`, and no function; so does
    one of sources in `source`, and one of policies in `guardrail`.
    """

    day: str
    function: str
    model: str
    count: Count
    prompt: str = ""
    source: str = ""
    guardrail: str = ""


Rows = dict[tuple[tuple[str, ...], str, str], Count]
"""Counts by the rest of the hash's key, what is counted by, and the model."""


class UsageCounters:
    """Stores and reads usage by day."""

    def __init__(self, redis: Any) -> None:
        self.redis = redis
        self.process = secrets.token_hex(8)

    def add_to(self, pipe: Any, batches: Sequence[Batch]) -> None:
        own = [batch for batch in batches if batch.organization_id is not None]
        for batch in own:
            key = partial(org_key, str(batch.organization_id), "usage")
            rows = _add_up(batch.entries, is_own=True)
            self._add_rows(pipe, COUNT, key, batch.name, rows)
        if own:
            together = [entry for batch in own for entry in batch.entries]
            rows = _add_up(together, is_own=False)
            self._add_rows(pipe, COUNT_ALL, _all_key, own[0].name, rows)

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

    def read_prompts(self, org: str, days: Iterable[str]) -> list[Row]:
        """Read the rows of saved prompts on these days in one round trip."""
        rows = self._read(org, PROMPTS, days)
        return [replace(row, function="", prompt=row.function) for row in rows]

    def read_sources(self, org: str, days: Iterable[str]) -> list[Row]:
        """Read the rows of what answered on these days in one round trip."""
        rows = self._read(org, SOURCES, days)
        return [replace(row, function="", source=row.function) for row in rows]

    def read_guardrails(self, org: str, days: Iterable[str]) -> list[Row]:
        """Read the rows of policies that spoke on these days in one round trip."""
        rows = self._read(org, GUARDRAILS, days)
        return [replace(row, function="", guardrail=row.function) for row in rows]

    def _read(self, org: str, what: str, days: Iterable[str]) -> Iterator[Row]:
        days = list(days)
        pipe = self.redis.pipeline(transaction=False)
        for day in days:
            pipe.hgetall(org_key(org, "usage", what, day))
        for day, fields in zip(days, pipe.execute(), strict=True):
            yield from _read_rows(day, fields)

    def _add_rows(
        self,
        pipe: Any,
        script: Script,
        key: Callable[..., str],
        name: str,
        rows: Rows,
    ) -> None:
        hashes = sorted({parts for parts, _, _ in rows})
        keys = [key("last_batch", self.process), *(key(*parts) for parts in hashes)]
        arguments: list[Argument] = [name, REMEMBER_SECONDS, KEEP_DAYS * DAY_SECONDS]
        for (parts, counted, model), count in rows.items():
            arguments += [hashes.index(parts) + 2, counted, model]
            arguments += [count.calls, count.errors, count.input_tokens, count.output_tokens]
        script.add_to(pipe, keys, arguments)


def _all_key(*parts: str) -> str:
    """A key of all organisations together; they share one slot."""
    return ":".join(("{fh:usage}", *parts))


def _add_up(entries: Sequence[LogEntry], *, is_own: bool) -> Rows:
    """Add the calls up by day, function and model; those of one organisation (`is_own`) also by the
    saved prompt's version, by what answered, and by the policy that spoke, in the function's
    place."""
    rows: Rows = defaultdict(Count)
    for entry in entries:
        day, model = _day(int(entry.at // DAY_SECONDS)), entry.model[:MAX_MODEL]
        count = Count(1, int(entry.status != "ok"), entry.input_tokens, entry.output_tokens)
        rows[(day,), entry.function, model].add(count)
        if is_own and entry.prompt:
            rows[(PROMPTS, day), entry.prompt, model].add(count)
        if is_own and entry.source:
            rows[(SOURCES, day), entry.source, model].add(count)
        if is_own and entry.guardrail:
            rows[(GUARDRAILS, day), entry.guardrail, model].add(count)
    return rows


@lru_cache(maxsize=8)
def _day(number: int) -> str:
    """A day by how many began since the epoch; made once, since that is half of adding up."""
    return time.strftime("%Y-%m-%d", time.gmtime(number * DAY_SECONDS))


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
