"""Looks each hour for what organisations no longer want kept, whether anything is added or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import orjson

from flowhook.batches import batches
from flowhook.organisations.retention import FIELD, SECTION
from flowhook.organisations.settings_fields import field_of
from flowhook.redis.keys import org_key
from flowhook.redis.minute_sweep import Look, MinuteSweep

ASKED_AT_ONCE = 500
HOUR_SECONDS = 3600

Shorten = Callable[[str, int], object]
"""(organisation, days): remove what is older."""


class RetentionSweep(MinuteSweep):
    """`ids` lists all organisations; `shortens` says what removes each kind."""

    WHAT = "retention"
    LOOK_KEY = "fh:retention:look"
    RUN_KEY = "fh:retention:run"
    LOOK_SECONDS = HOUR_SECONDS

    def __init__(
        self, redis: Any, ids: Callable[[], Iterable[str]], shortens: Mapping[str, Shorten]
    ) -> None:
        super().__init__(redis)
        self.ids = ids
        self.shortens = shortens

    def wanting(self) -> Iterator[tuple[str, Look]]:
        """The organisations that name days; the others cost a field of a pipeline."""
        field = field_of(SECTION, FIELD)
        for some in batches(self.ids(), ASKED_AT_ONCE):
            pipe = self.redis.pipeline(transaction=False)
            for org in some:
                pipe.hget(org_key(org, "settings"), field)
            for org, stored in zip(some, pipe.execute(), strict=True):
                wanted = orjson.loads(stored) if stored else {}
                yield from self._looks(org, wanted)

    def _looks(self, org: str, wanted: Mapping[str, int | None]) -> Iterator[tuple[str, Look]]:
        for kind, shorten in self.shortens.items():
            days = wanted.get(f"{kind}_days")
            if days:
                yield org, partial(_look, shorten, days)


def _look(shorten: Shorten, days: int, org: str) -> None:
    shorten(org, days)
