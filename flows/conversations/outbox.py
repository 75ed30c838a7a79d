"""Messages on their way to a channel: stored with the turn that made them, delivered after it.

Each contact has its own queue, emptied in order by one process at a time. A message leaves the
queue once its channel took it, so a crash delivers again rather than never. The API's callers
need no queue: their messages are in the answer.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from flowhook.errors import FlowhookError
from flowhook.redis.leases import Leases
from flows.channels.outgoing_messages import messages_by_contact
from flows.conversations.store import ConversationStore, Effect, conversation_key
from flows.conversations.transcript import not_sent
from flows.conversations.wakeups import Wakeups
from flows.model.events import MsgCreated

LEASE_SECONDS = 30
RETRY_SECONDS = 10.0
GIVE_UP_AFTER = timedelta(hours=24)

logger = logging.getLogger(__name__)


class Channel(Protocol):
    """Brings messages to contacts. `deliver` raises a FlowhookError; a retryable one
    is tried again for a day, another gives the message up. `message` has the API's shape, with the
    flow's `template` and `interactive` beside it; `key` stays the same when it is tried again."""

    def deliver(self, org: str, contact: str, key: str, message: Mapping[str, Any]) -> None: ...

    def forget(self, org: str, contact: str) -> None:
        """Remove what the channel keeps of a contact."""


class Outbox:
    def __init__(
        self,
        store: ConversationStore,
        wakeups: Wakeups,
        channels: dict[str, Channel],
        now: Callable[[], datetime],
    ) -> None:
        self.store = store
        self.wakeups = wakeups
        self.channels = channels
        self.now = now
        self.leases = Leases(store.redis, LEASE_SECONDS)

    def effect(self, org: str, channel: str, event: MsgCreated) -> Effect:
        """The storing of a message for its recipient."""
        at = self.now()
        (message, _), *_rest = messages_by_contact([event])[event.contact]
        queued = {
            "channel": channel,
            "due_at": (at + timedelta(seconds=event.delay_seconds)).isoformat(),
            "key": secrets.token_hex(16),
            "message": message,
        }
        sealed = self.store.seal(org, event.contact, "outbox", queued)
        return Effect(conversation_key(org, event.contact, "outbox"), "push", sealed)

    def deliver(self, org: str, contact: str) -> None:
        """Bring out what is due, in order; what is not leaves a wake-up."""
        key, lock = (conversation_key(org, contact, name) for name in ("outbox", "delivery"))
        while self.store.redis.exists(key):
            with self.leases.holding(lock) as token:
                # Somebody else delivers, or died over it: look again when the lease has lapsed.
                lapsed = self.now() + timedelta(seconds=LEASE_SECONDS)
                later = self._empty(org, contact, (lock, key), token) if token else lapsed
            if later is not None:
                self.wakeups.add(org, contact, later)
                return

    def _empty(self, org: str, contact: str, keys: tuple[str, str], token: str) -> datetime | None:
        """Deliver from the queue's head; when to go on, or None: it is empty, or not ours."""
        redis = self.store.redis
        while sealed := redis.lindex(keys[1], 0):
            queued = self.store.open(org, contact, "outbox", sealed)
            if queued is not None:
                due_at = datetime.fromisoformat(queued["due_at"])
                if due_at > self.now():
                    return due_at
                if not self.leases.renew(keys[0], token):
                    return None
                if not self._try(org, contact, queued, due_at):
                    return self.now() + timedelta(seconds=RETRY_SECONDS)
            redis.lrem(keys[1], 1, sealed)  # by its own text: whoever holds the queue by now
        return None

    def _try(self, org: str, contact: str, queued: Mapping[str, Any], due_at: datetime) -> bool:
        """Whether the message may leave the queue: it was taken, or never will be."""
        channel = self.channels.get(queued["channel"])
        if channel is None:
            return True
        try:
            channel.deliver(org, contact, queued["key"], queued["message"])
        except FlowhookError as error:
            what = {"organization_id": org, "cause": error.type}
            if error.retryable and self.now() - due_at < GIVE_UP_AFTER:
                logger.warning("a message waits for its channel", extra=what)
                return False
            logger.error("a message was not taken by its channel", extra=what)
            self.store.note(org, contact, not_sent(f"{error.type}: {error.message}", self.now()))
        return True
