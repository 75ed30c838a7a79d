"""Moves messages from the previous release's outbox into the channels' queues.

TO BE REMOVED one release after this one, together with `has_old_outbox` in store.py and begin.lua:
by then every process that fills such an outbox has been replaced, and every such outbox has been
emptied. The previous release queued a turn's messages here, unrendered, and moved them into the
channel's queue after the turn. Its processes may still run beside those of this release. So each
turn first moves the messages that are left here, under the lease and with the item ids that those
processes use as well: each message is sent once, and before newer ones.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flowhook.backoff import Backoff
from flowhook.errors import Conflict, FlowhookError
from flowhook.redis.leases import CONTACT_SECONDS, Leases
from flows.channels.channel import Channel
from flows.conversations.store import PATIENCE_SECONDS, ConversationStore
from flows.conversations.transcript import not_sent

LOOKS = Backoff(first_seconds=0.005, factor=1.5, longest_seconds=0.1)

logger = logging.getLogger(__name__)


class OldOutbox:
    def __init__(
        self,
        store: ConversationStore,
        channels: Mapping[str, Channel],
        now: Callable[[], datetime],
    ) -> None:
        self.store = store
        self.channels = channels
        self.now = now
        self.leases = Leases(store.redis, CONTACT_SECONDS)

    def empty(self, org: str, contact: str, patience_seconds: float | None = None) -> None:
        """Move all messages left into the channels' queues.

        Raises Conflict if another process is still moving them after `patience_seconds` (None:
        PATIENCE_SECONDS).
        """
        patience = PATIENCE_SECONDS if patience_seconds is None else patience_seconds
        deadline = time.monotonic() + patience
        pause = LOOKS.first_seconds
        while not self._move_all(org, contact):
            if time.monotonic() >= deadline:
                raise Conflict("what was said to this contact before is still being moved")
            self.store.sleep(pause)
            pause = LOOKS.after(pause)

    def _move_all(self, org: str, contact: str) -> bool:
        key, lease = (self.store.key(org, contact, name) for name in ("outbox", "delivery"))
        redis = self.store.redis
        with self.leases.holding(lease) as token:
            if token is None:
                return False
            while sealed := redis.lindex(key, 0):
                queued = self.store.open(org, contact, "outbox", sealed)
                if not self.leases.renew(lease, token):
                    return False
                if queued is not None:
                    self._move(org, contact, queued)
                redis.lrem(key, 1, sealed)
        return True

    def _move(self, org: str, contact: str, queued: Mapping[str, Any]) -> None:
        channel = self.channels.get(queued["channel"])
        if channel is None:
            return
        due_at = datetime.fromisoformat(queued["due_at"])
        delay_seconds = max(0.0, (due_at - self.now()).total_seconds())
        try:
            items = channel.items(org, [(queued["message"], delay_seconds)])
            for place, item in enumerate(items):
                item_id = f"{contact}:{queued['key']}:{place}"
                channel.outbox.push(org, contact, item_id, item, is_accepted=True)
        except FlowhookError as error:
            what = {"organization_id": org, "cause": error.type}
            logger.error("a message was not taken by its channel", extra=what)
            self.store.note(org, contact, not_sent(f"{error.type}: {error.message}", self.now()))
        channel.outbox.wake_later(org, contact, delay_seconds)
