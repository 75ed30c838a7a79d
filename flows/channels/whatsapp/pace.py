"""Obeys WhatsApp's limits: after a "too many" a number, or one contact of it, rests a while.

All processes share the rests through Redis. Where Meta names no time, each further refusal
within ten minutes waits longer: twice as long for a number, four times for one contact, as Meta
advises for its pair limit.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from flowhook.providers.whatsapp_errors import PAIR_LIMIT, Throttled
from flowhook.redis.keys import org_key

STRIKE_SECONDS = 600
LONGEST_SECONDS = 3600.0


class Pace:
    """`clock` tells epoch seconds."""

    def __init__(self, redis: Any, clock: Callable[[], float] = time.time) -> None:
        self.redis = redis
        self.clock = clock

    def keys(self, org: str, number: str, contact: str) -> list[str]:
        """Where the rests are kept that a message to the contact must wait for."""
        return [self._rest(org, number), self._rest(org, number, contact)]

    def seconds_to_wait(self, ends: Iterable[bytes | None]) -> float:
        """Seconds until a message may be sent, by the values of `keys`; 0 if it may be sent now."""
        latest = max((float(end) for end in ends if end is not None), default=0.0)
        return max(0.0, latest - self.clock())

    def refused(self, org: str, number: str, contact: str, refusal: Throttled) -> float:
        """Meta said "too many": rest, and tell for how many seconds."""
        one = (contact,) if refusal.code == PAIR_LIMIT else ()
        seconds = refusal.retry_after_seconds or 1.0
        if not refusal.is_exact:
            strikes_key = org_key(org, "whatsapp", "strikes", number, *one)
            pipe = self.redis.pipeline(transaction=True)
            pipe.incr(strikes_key)
            pipe.expire(strikes_key, STRIKE_SECONDS)
            strikes = int(pipe.execute()[0])
            seconds *= (4 if one else 2) ** min(strikes - 1, 12)
        seconds = min(LONGEST_SECONDS, seconds)
        rest = self._rest(org, number, *one)
        self.redis.set(rest, repr(self.clock() + seconds), px=max(1, int(seconds * 1000)))
        return seconds

    def _rest(self, org: str, *parts: str) -> str:
        return org_key(org, "whatsapp", "rest", *parts)
