"""How the whole service does: outcomes of all calls in the last hour, by five minutes.

A sink of the recorder: a few commands a batch. The operator's home page reads it back.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from records.batch import Batch
from storage.keys import pulse_key

BUCKET_SECONDS = 300
BUCKETS = 12
KEEP_SECONDS = 2 * 3600


class Pulse:
    """Adds outcomes up, and reads the last hour."""

    def __init__(self, redis: Any, clock: Callable[[], float] = time.time) -> None:
        self.redis = redis
        self.clock = clock

    def add_to(self, pipe: Any, batches: Sequence[Batch]) -> None:
        outcomes = Counter(
            (_bucket(entry.at), entry.status) for batch in batches for entry in batch.entries
        )
        for (bucket, status), count in outcomes.items():
            pipe.hincrby(pulse_key(str(bucket)), status, count)
        for bucket in {bucket for bucket, _ in outcomes}:
            pipe.expire(pulse_key(str(bucket)), KEEP_SECONDS)

    def last_hour(self) -> dict[str, int]:
        """Calls by status ("ok" or an error type), the most frequent first."""
        newest = _bucket(self.clock())
        pipe = self.redis.pipeline(transaction=False)
        for back in range(BUCKETS):
            pipe.hgetall(pulse_key(str(newest - back)))
        total: Counter[str] = Counter()
        for found in pipe.execute():
            for status, count in found.items():
                total[status.decode()] += int(count)
        return dict(total.most_common())


def _bucket(at: float) -> int:
    return int(at // BUCKET_SECONDS)
