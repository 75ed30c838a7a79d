"""Stores the time of each contact's last message, which opens WhatsApp's 24-hour window.

In the window WhatsApp accepts any message, after it only templates.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from flowhook.organisations.contact_names import ContactNames
from flowhook.redis.effects import Effect, write
from flowhook.redis.keys import org_key

WINDOW_SECONDS = 24 * 3600
KEEP_SECONDS = 30 * 24 * 3600
RECENT_SECONDS = 5.0
MARGIN_SECONDS = 60.0  # a message sent in the last minute may arrive after the end


class Window:
    """The time of each contact's last message, in epoch seconds. Advisory: Meta decides."""

    def __init__(
        self, redis: Any, names: ContactNames, clock: Callable[[], float] = time.time
    ) -> None:
        self.redis = redis
        self.names = names
        self.clock = clock

    def opening(self, org: str, contact: str, at: float) -> list[Effect]:
        """Return the effects that store a message of the contact, sent at `at`.

        A late delivery of an older message does not shorten the window. The order of messages
        within RECENT_SECONDS does not matter.
        """
        now = self.clock()
        at = min(at, now) if at > 0 else now
        if at < now - RECENT_SECONDS and (self.last_inbound(org, contact) or 0.0) >= at:
            return []
        return [("SET", self.key(org, contact), repr(at), "EX", KEEP_SECONDS)]

    def last_inbound(self, org: str, contact: str) -> float | None:
        """Return the time of the contact's last message; None if there is none in 30 days."""
        known = self.redis.get(self.key(org, contact))
        return float(known) if known is not None else None

    def is_closed(self, org: str, contact: str) -> bool:
        """Return whether only a template is accepted; an unknown window counts as open."""
        return self.is_over(self.redis.get(self.key(org, contact)))

    def is_over(self, known: bytes | None) -> bool:
        """Return whether the window is closed, given the value stored for a contact."""
        return known is not None and self.clock() - float(known) > WINDOW_SECONDS - MARGIN_SECONDS

    def close(self, org: str, contact: str, at: float) -> None:
        """Mark the window as closed at `at`, unless the contact has written since."""
        if (self.last_inbound(org, contact) or 0.0) < at:
            write(self.redis, ("SET", self.key(org, contact), "0.0", "EX", KEEP_SECONDS))

    def forget(self, org: str, contact: str) -> None:
        self.redis.delete(self.key(org, contact))

    def key(self, org: str, contact: str) -> str:
        return org_key(org, "whatsapp", "last_inbound", self.names.of(org, contact))
