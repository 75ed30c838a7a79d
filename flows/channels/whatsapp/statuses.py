"""The status of each message sent: the furthest of sent, delivered, read and played, or failed.

Meta tells in any order and repeats itself; kept for seven days.
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any

from flowhook.redis.keys import org_key
from flowhook.redis.script import Script
from flows.channels.inbound import Status

KEEP_SECONDS = 7 * 24 * 3600
RANKS = {"sent": 1, "delivered": 2, "read": 3, "played": 4, "failed": 5}
NAMES = {rank: name for name, rank in RANKS.items()}
RAISE = Script(Path(__file__).parent / "raise.lua")

logger = logging.getLogger(__name__)


class Statuses:
    def __init__(self, redis: Any) -> None:
        self.redis = redis

    def note(self, org: str, status: Status) -> bool:
        """Keep a status if it is further than what is known, and answer whether it is; a failure
        is logged by its code."""
        raised = RAISE.run(
            self.redis,
            [self._key(org, status.id)],
            [RANKS[status.status], status.error_code, KEEP_SECONDS],
        )
        if raised and status.status == "failed":
            logger.warning(
                "WhatsApp could not deliver a message",
                extra={"organization_id": org, "code": status.error_code},
            )
        return bool(raised)

    def find(self, org: str, message_id: str) -> tuple[str, int] | None:
        """(status, error code) of a message, None if nothing was heard of it."""
        known = self.redis.get(self._key(org, message_id))
        if known is None:
            return None
        rank, _, code = known.decode().partition(":")
        return NAMES[int(rank)], int(code)

    def _key(self, org: str, message_id: str) -> str:
        name = hashlib.blake2b(message_id.encode(), digest_size=16).hexdigest()
        return org_key(org, "whatsapp", "status", name)
