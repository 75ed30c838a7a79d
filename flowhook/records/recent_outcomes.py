"""Outcomes of calls of the last 24 hours, of each organisation and of all together.

A sink of the recorder, from which every page takes its "failed": a hash for each two hours has the
fields `<step>|<status>`, in steps of ten minutes, so that the last hour can be told as well. A call
failed where its status is not "ok", whoever has to mend it. Calls of question sets do not count:
what they try is to fail now and then.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowhook.records.batch import Batch
from flowhook.records.log_entry import QUESTION_SET, LogEntry
from flowhook.redis.keys import org_key, pulse_key
from flowhook.redis.script import Argument, Script

BUCKET_SECONDS = 2 * 3600
DAY_BUCKETS = 13  # the present one is not full yet
KEEP_SECONDS = 2 * 24 * 3600
STEP_SECONDS = 600
HOUR_STEPS = 6  # the present one is not full yet
MARK = "batch:"  # prefix of the fields that are no outcome

_PATH = Path(__file__).with_name("recent_outcomes.lua")
ADD, ADD_TO_ALL = Script(_PATH), Script(_PATH, gone=None)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many calls of some time ended with each status, the most frequent first."""

    statuses: dict[str, int]

    @property
    def calls(self) -> int:
        return sum(self.statuses.values())

    @property
    def failures(self) -> dict[str, int]:
        """Those of the calls that failed, by error type."""
        return {status: count for status, count in self.statuses.items() if status != "ok"}

    @property
    def failed(self) -> int:
        return sum(self.failures.values())


class RecentOutcomes:
    """Counts outcomes, and reads those of the last hour and the last 24."""

    def __init__(self, redis: Any, clock: Callable[[], float] = time.time) -> None:
        self.redis = redis
        self.clock = clock
        self.process = secrets.token_hex(8)

    def add_to(self, pipe: Any, batches: Sequence[Batch]) -> None:
        own = [batch for batch in batches if batch.organization_id is not None]
        for batch in own:
            self._add(pipe, ADD, batch.organization_id, batch.name, batch.entries)
        if own:
            # Batches that are sent together are repeated together: one name identifies them all.
            together = [entry for batch in own for entry in batch.entries]
            self._add(pipe, ADD_TO_ALL, None, own[0].name, together)

    def _add(
        self, pipe: Any, script: Script, org: str | None, name: str, entries: Sequence[LogEntry]
    ) -> None:
        outcomes: dict[int, Counter[str]] = defaultdict(Counter)
        for entry in entries:
            if entry.called_by == QUESTION_SET:  # one that is to fail is no failure
                continue
            outcomes[_bucket(entry.at)][f"{_step(entry.at)}|{entry.status}"] += 1
        for bucket, counts in outcomes.items():
            arguments: list[Argument] = [MARK + self.process, name, KEEP_SECONDS]
            for field, count in counts.items():
                arguments += [field, count]
            script.add_to(pipe, [_key(org, bucket)], arguments)

    def last_hour(self, org: str | None = None) -> Outcomes:
        """The outcomes of an organisation, or of all, from 50 to 60 minutes ago on."""
        newest = _step(self.clock())
        return self._read(org, 2, newest - HOUR_STEPS + 1)

    def last_day(self, org: str | None = None) -> Outcomes:
        """The same of the last 24 to 26 hours, which are those of the operator's board."""
        return self._read(org, DAY_BUCKETS, 0)

    def _read(self, org: str | None, buckets: int, first_step: int) -> Outcomes:
        newest = _bucket(self.clock())
        pipe = self.redis.pipeline(transaction=False)
        for back in range(buckets):
            pipe.hgetall(_key(org, newest - back))
        total: Counter[str] = Counter()
        for found in pipe.execute():
            for field, count in found.items():
                step, _, status = field.decode().partition("|")
                if status and int(step) >= first_step:
                    total[status] += int(count)
        return Outcomes(dict(total.most_common()))


def _key(org: str | None, bucket: int) -> str:
    return pulse_key(str(bucket)) if org is None else org_key(org, "outcomes", str(bucket))


def _bucket(at: float) -> int:
    return int(at // BUCKET_SECONDS)


def _step(at: float) -> int:
    return int(at // STEP_SECONDS)
