"""When tokens were last used, to the minute, without a write for each call."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from records.batch import Batch
from storage.keys import org_key
from timestamps import now

WRITE_SECONDS = 60
MAX_REMEMBERED = 50_000


class TokenUse:
    """A sink of the recorder."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._written: dict[str, float] = {}

    def add_to(self, pipe: Any, batches: Sequence[Batch]) -> None:
        at = self.clock()
        for batch in batches:
            org = batch.organization_id
            for entry in batch.entries:
                token = entry.token_id
                if token is None or org is None:
                    continue
                if at - self._written.get(token, -1e9) < WRITE_SECONDS:
                    continue
                if len(self._written) >= MAX_REMEMBERED:
                    self._written.clear()
                self._written[token] = at
                pipe.hset(org_key(org, "token_use"), token, now())
