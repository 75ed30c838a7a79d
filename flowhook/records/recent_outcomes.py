"""Outcomes of all calls of the last hour, in steps of five minutes.

A sink of the recorder, read by the operator's home page.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flowhook.records.batch import Batch
from flowhook.redis.keys import pulse_key
from flowhook.redis.script import Argument, Script

BUCKET_SECONDS = 300
BUCKETS = 12
KEEP_SECONDS = 2 * 3600
MARK = "batch:"  # prefix of the fields that are no outcome

ADD = Script(Path(__file__).with_name("recent_outcomes.lua"))


class RecentOutcomes:
    """Counts outcomes and reads the last hour's."""

    def __init__(self, redis: Any, clock: Callable[[], float] = time.time) -> None:
        self.redis = redis
        self.clock = clock
        self.process = secrets.token_hex(8)

    def add_to(self, pipe: Any, batches: Sequence[Batch]) -> None:
        outcomes: dict[int, Counter[str]] = defaultdict(Counter)
        for batch in batches:
            for entry in batch.entries:
                outcomes[_bucket(entry.at)][entry.status] += 1
        for bucket, counts in outcomes.items():
            # Batches that are sent together are repeated together: one name identifies them all.
            arguments: list[Argument] = [MARK + self.process, batches[0].name, KEEP_SECONDS]
            for status, count in counts.items():
                arguments += [status, count]
            ADD.add_to(pipe, [pulse_key(str(bucket))], arguments)

    def last_hour(self) -> dict[str, int]:
        """Count calls by status ("ok" or an error type), the most frequent first."""
        newest = _bucket(self.clock())
        pipe = self.redis.pipeline(transaction=False)
        for back in range(BUCKETS):
            pipe.hgetall(pulse_key(str(newest - back)))
        total: Counter[str] = Counter()
        for found in pipe.execute():
            for field, count in found.items():
                if not field.startswith(MARK.encode()):
                    total[field.decode()] += int(count)
        return dict(total.most_common())


def _bucket(at: float) -> int:
    return int(at // BUCKET_SECONDS)
