"""Stores the latest status of each sent message: sent, delivered, read, played or failed.

Meta sends statuses in any order and repeatedly; the furthest is kept, for seven days.
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
RAISE = Script(Path(__file__).parent / "raise.lua", gone="0")

logger = logging.getLogger(__name__)


class Statuses:
    def __init__(self, redis: Any) -> None:
        self.redis = redis

    def note(self, org: str, status: Status) -> bool:
        """Store a status if it is further than the stored one; returns whether it is.

        A failure is logged with its code.
        """
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
        """Return (status, error code) of a message; None if it has no status."""
        known = self.redis.get(self._key(org, message_id))
        if known is None:
            return None
        rank, _, code = known.decode().partition(":")
        return NAMES[int(rank)], int(code)

    def _key(self, org: str, message_id: str) -> str:
        name = hashlib.blake2b(message_id.encode(), digest_size=16).hexdigest()
        return org_key(org, "whatsapp", "status", name)
