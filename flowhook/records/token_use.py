"""When tokens were last used, to the minute, without a write for each call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flowhook.records.batch import Batch
from flowhook.redis.best_effort import best_effort
from flowhook.redis.effects import WRITE, Effect, effect_arguments, effect_keys, write
from flowhook.redis.keys import org_key
from flowhook.timestamps import now

WRITE_SECONDS = 60
MAX_REMEMBERED = 50_000


class TokenUse:
    """A sink of the recorder for webhook calls; other calls are stored at once by `note`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._written: dict[tuple[str, str], float] = {}

    def add_to(self, pipe: Any, batches: Sequence[Batch]) -> None:
        for batch in batches:
            for entry in batch.entries:
                if entry.token_id is not None and batch.organization_id is not None:
                    for effect in self._due(batch.organization_id, entry.token_id):
                        WRITE.add_to(pipe, effect_keys([effect]), effect_arguments([effect]))

    def note(self, redis: Any, org: str, token: str) -> None:
        """Store that a token was used, at most once a minute."""
        for effect in self._due(org, token):
            with best_effort("when a token was used"):
                write(redis, effect)

    def _due(self, org: str, token: str) -> Iterator[Effect]:
        """What is to be written, if anything."""
        at = self.clock()
        if at - self._written.get((org, token), -1e9) < WRITE_SECONDS:
            return
        if len(self._written) >= MAX_REMEMBERED:
            self._written.clear()
        self._written[org, token] = at
        yield ("HSET", org_key(org, "token_use"), token, now())
