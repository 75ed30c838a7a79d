"""Looks at all gates now and then: whoever finishes a run decides them, and may be killed first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from answers.gates.check_store import checks_key
from answers.gates.gates import Gates
from answers.gates.night import nights_key
from answers.gates.nightly import Nightly
from flowhook.batches import batches
from flowhook.redis.minute_sweep import Look, MinuteSweep

ASKED_AT_ONCE = 500


class GateSweep(MinuteSweep):
    """`ids` lists all organisations."""

    WHAT = "gates"
    LOOK_KEY = "fh:gates:look"
    RUN_KEY = "fh:gates:run"

    def __init__(
        self, redis: Any, gates: Gates, nightly: Nightly, ids: Callable[[], Iterable[str]]
    ) -> None:
        super().__init__(redis)
        self.gates = gates
        self.nightly = nightly
        self.ids = ids

    def wanting(self) -> Iterator[tuple[str, Look]]:
        """The organisations that have something to look at, and what looks at it."""
        looks = ((checks_key, self.gates.look_at), (nights_key, self.nightly.look_at))
        for some in batches(self.ids(), ASKED_AT_ONCE):
            pipe = self.redis.pipeline(transaction=False)
            for org in some:
                for key, _ in looks:
                    pipe.exists(key(org))
            found = iter(pipe.execute())
            for org in some:
                for (_, look), is_there in zip(looks, (next(found), next(found)), strict=True):
                    if is_there:
                        yield org, look
