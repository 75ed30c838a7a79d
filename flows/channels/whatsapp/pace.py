"""Pauses sending after WhatsApp's rate limits, for a number or for one of its contacts.

All processes share the pauses through Redis. If Meta gives no time, each further refusal within ten
minutes lengthens the pause: twofold for a number, fourfold for one contact, as Meta advises for its
pair limit.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from flowhook.organisations.contact_names import ContactNames
from flowhook.providers.whatsapp_errors import PAIR_LIMIT, Throttled
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key

STRIKE_SECONDS = 600
LONGEST_SECONDS = 3600.0


class Pace:
    """The pauses of numbers and contacts; `clock` returns epoch seconds."""

    def __init__(
        self, redis: Any, names: ContactNames, clock: Callable[[], float] = time.time
    ) -> None:
        self.redis = redis
        self.names = names
        self.clock = clock

    def keys(self, org: str, number: str, contact: str) -> list[str]:
        """Return the keys of the pauses that apply to a message to the contact."""
        return [self._rest(org, number), self._rest(org, number, self.names.of(org, contact))]

    def seconds_to_wait(self, ends: Iterable[bytes | None]) -> float:
        """Return the seconds to wait, given the values of `keys`; 0 if sending is allowed now."""
        latest = max((float(end) for end in ends if end is not None), default=0.0)
        return max(0.0, latest - self.clock())

    def refused(self, org: str, number: str, contact: str, refusal: Throttled) -> float:
        """Start a pause after a rate limit error; returns its length in seconds."""
        one = (self.names.of(org, contact),) if refusal.code == PAIR_LIMIT else ()
        seconds = refusal.retry_after_seconds or 1.0
        if not refusal.is_exact:
            strikes_key = org_key(org, "whatsapp", "strikes", number, *one)
            strikes, *_ = write(
                self.redis, ("INCR", strikes_key), ("EXPIRE", strikes_key, STRIKE_SECONDS)
            ) or [1]
            seconds *= (4 if one else 2) ** min(strikes - 1, 12)
        seconds = min(LONGEST_SECONDS, seconds)
        rest = self._rest(org, number, *one)
        until, milliseconds = repr(self.clock() + seconds), max(1, int(seconds * 1000))
        write(self.redis, ("SET", rest, until, "PX", milliseconds))
        return seconds

    def forget(self, org: str, number: str, contact: str) -> None:
        """End a contact's pause, and forget the refusals."""
        name = self.names.of(org, contact)
        strikes = org_key(org, "whatsapp", "strikes", number, name)
        self.redis.delete(self._rest(org, number, name), strikes)

    def _rest(self, org: str, *parts: str) -> str:
        return org_key(org, "whatsapp", "rest", *parts)
