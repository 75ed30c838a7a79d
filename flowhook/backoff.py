"""Pauses between tries that grow by a factor, up to a maximum."""

from __future__ import annotations

import random
from dataclasses import dataclass

MAX_DOUBLINGS = 64  # beyond this every pause is the maximum, and a float would overflow


@dataclass(frozen=True, slots=True)
class Backoff:
    """The pauses after failed tries, in seconds."""

    first_seconds: float
    factor: float
    longest_seconds: float

    def pause(self, tries: int) -> float:
        """Return the seconds to wait after this many tries, counted from 1.

        >>> [Backoff(1.0, 2, 5.0).pause(tries) for tries in range(1, 5)]
        [1.0, 2.0, 4.0, 5.0]
        """
        grown = self.first_seconds * self.factor ** min(max(tries - 1, 0), MAX_DOUBLINGS)
        return min(self.longest_seconds, grown)

    def spread(self, tries: int) -> float:
        """Return `pause` shortened by up to a quarter at random, to spread retries."""
        return self.pause(tries) * random.uniform(0.75, 1)

    def after(self, pause: float) -> float:
        """Return the pause that follows a pause of this many seconds."""
        return min(self.longest_seconds, pause * self.factor)
