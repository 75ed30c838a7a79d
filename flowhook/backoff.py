"""Pauses between tries that grow by a factor, up to a longest one."""

from __future__ import annotations

import random
from dataclasses import dataclass

MAX_DOUBLINGS = 64  # beyond which any pause is the longest, and a float would overflow


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait after each failed try, in seconds."""

    first_seconds: float
    factor: float
    longest_seconds: float

    def pause(self, tries: int) -> float:
        """Seconds to wait after this many tries, counted from 1.

        >>> [Backoff(1.0, 2, 5.0).pause(tries) for tries in range(1, 5)]
        [1.0, 2.0, 4.0, 5.0]
        """
        grown = self.first_seconds * self.factor ** min(max(tries - 1, 0), MAX_DOUBLINGS)
        return min(self.longest_seconds, grown)

    def spread(self, tries: int) -> float:
        """Like `pause`, shortened by up to a quarter at random, so that many do not try at once."""
        return self.pause(tries) * random.uniform(0.75, 1)

    def after(self, pause: float) -> float:
        """The pause that follows a pause of so many seconds."""
        return min(self.longest_seconds, pause * self.factor)
