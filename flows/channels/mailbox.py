"""What inbox and outbox share: lanes, and somebody who is asked to drain them."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flows.channels.contact_queue import ContactQueue, Drained, Handle

logger = logging.getLogger(__name__)

Wake = Callable[[str, str, float], None]
"""(organisation, contact, seconds): have the contact's lane drained, that much later."""


class Mailbox:
    def __init__(self, lanes: ContactQueue, wake: Wake) -> None:
        self.lanes = lanes
        self.wake = wake

    def wake_due(self, count: int = 100) -> int:
        """Wake every contact whose lane nobody works on; how many there were."""
        woken = 0
        for org, contact in self.lanes.due(count):
            self.wake_later(org, contact, 0.0)
            woken += 1
        return woken

    def wake_later(self, org: str, contact: str, seconds: float) -> None:
        """Ask for a wake-up. One that fails is not lost: `wake_due` finds the lane."""
        try:
            self.wake(org, contact, seconds)
        except Exception as failure:
            logger.warning(
                "a wake-up failed; the sweep will repeat it",
                extra={"organization_id": org, "cause": type(failure).__name__},
            )

    def drain_lane(self, org: str, contact: str, deal: Handle) -> Drained:
        """Drain, and ask to be woken where something is left for later."""
        drained = self.lanes.drain(org, contact, deal)
        if drained.again_in is not None:
            self.wake_later(org, contact, drained.again_in)
        return drained
