"""The 24-hour window after a contact's last message, outside which only templates can be sent.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from flowhook.redis.effects import Effect
from flowhook.redis.keys import org_key

WINDOW_SECONDS = 24 * 3600
KEEP_SECONDS = 30 * 24 * 3600
RECENT_SECONDS = 5.0
MARGIN_SECONDS = 60.0  # a message sent in the last minute may arrive after the end


class Window:
    """The last inbound of each contact, in epoch seconds. Advisory: Meta has the last word."""

    def __init__(self, redis: Any, clock: Callable[[], float] = time.time) -> None:
        self.redis = redis
        self.clock = clock

    def opening(self, org: str, contact: str, at: float) -> list[Effect]:
        """What to store when the contact wrote at `at`.

        A late delivery of an older message shortens nothing; of messages of the last seconds,
        which change places on their way, it does not matter which is the last.
        """
        now = self.clock()
        at = min(at, now) if at > 0 else now
        if at < now - RECENT_SECONDS and (self.last_inbound(org, contact) or 0.0) >= at:
            return []
        return [("SET", self.key(org, contact), repr(at), "EX", KEEP_SECONDS)]

    def last_inbound(self, org: str, contact: str) -> float | None:
        """The time of the contact's last message; None for none within 30 days."""
        known = self.redis.get(self.key(org, contact))
        return float(known) if known is not None else None

    def is_closed(self, org: str, contact: str) -> bool:
        """Whether only a template gets through. Unknown counts as open: Meta will tell."""
        return self.is_over(self.redis.get(self.key(org, contact)))

    def is_over(self, known: bytes | None) -> bool:
        """Whether the window is closed of a contact under whose key this was found."""
        return known is not None and self.clock() - float(known) > WINDOW_SECONDS - MARGIN_SECONDS

    def close(self, org: str, contact: str, at: float) -> None:
        """Meta said that it was closed at `at`; a contact who wrote since has opened it again."""
        if (self.last_inbound(org, contact) or 0.0) < at:
            self.redis.set(self.key(org, contact), "0.0", ex=KEEP_SECONDS)

    def forget(self, org: str, contact: str) -> None:
        self.redis.delete(self.key(org, contact))

    def key(self, org: str, contact: str) -> str:
        return org_key(org, "whatsapp", "last_inbound", contact)
