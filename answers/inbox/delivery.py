"""How an answer reaches whoever asked: the ways, and the work of a worker that takes them.

Nothing is delivered twice as far as a way can tell: one worker at a time holds an item, and what a
killed one may have delivered is delivered again under the same id, by which the way knows it.
"""

from __future__ import annotations

import logging
from typing import Protocol

from answers.inbox.changes import delivered, not_delivered
from answers.inbox.item import WAITING, InboxItem
from answers.inbox.store import InboxStore
from flowhook.errors import NotFound
from flowhook.jobs.call import organisation_of_job
from flowhook.jobs.job_runner import NotDelivered
from flowhook.jobs.queue import Queue
from flowhook.jobs.retry_until_available import AWAY
from flowhook.outcome import as_error
from flowhook.redis.keys import org_key
from flowhook.redis.leases import CONTACT_SECONDS, Leases

STEP = "inbox"  # of the job queue's messages, each of which names an item as `<org>.<item>`

logger = logging.getLogger(__name__)


class AnswerDelivery(Protocol):
    """A way for answers to reach whoever asked. Both must be idempotent by the item's id."""

    def deliver(self, item: InboxItem) -> str | None:
        """Bring the answer; returns what a person should know of it, if there is anything. Raises
        NotDelivered; after any other error it is tried again."""

    def end(self, item: InboxItem) -> None:
        """Tell that there will be no answer: nobody gave one in time, or the item was closed."""


class Deliveries:
    """The ways by the kind that items name, and what brings answers by them."""

    def __init__(self, store: InboxStore, queue: Queue) -> None:
        self.store = store
        self.queue = queue
        self.ways: dict[str, AnswerDelivery] = {}
        self.leases = Leases(store.redis, CONTACT_SECONDS)

    def send(self, org: str, item_id: str, delay_seconds: float = 0.0) -> None:
        """Have a worker deliver an item; where the queue is away the sweep does."""
        try:
            self.queue.send(f"{org}.{item_id}", STEP, delay_seconds)
        except AWAY as error:
            logger.warning("an answer waits for the queue", extra={"cause": type(error).__name__})

    def perform(self, name: str, suspect: str = "") -> None:
        """Deliver the item of a message of the queue; does nothing where that was done."""
        org, item_id = organisation_of_job(name) or "", name.partition(".")[2]
        try:
            with self.leases.holding(org_key(org, "to_answer", "held", item_id)) as token:
                if token is None:  # whoever holds it may have been killed
                    self.send(org, item_id, self.leases.seconds)
                else:
                    self._deliver(org, item_id)
        except NotFound:
            return  # the organisation was deleted, or the item dropped
        except AWAY as error:
            logger.warning("an answer waits", extra={"cause": type(error).__name__})
        except Exception:
            logger.exception("an answer failed", extra={"organization_id": org})

    def _deliver(self, org: str, item_id: str) -> None:
        item = self.store.get(org, item_id)
        if item.state.delivery != WAITING:
            return
        try:
            note = self._bring(item)
        except NotDelivered as failure:
            self._try_again(item, failure.reason, failure.final)
        except AWAY:
            raise
        except Exception as failure:
            self._try_again(item, as_error(failure, item.id).message, is_final=False)
        else:
            now = self.store.now
            self.store.change(org, item_id, lambda found: delivered(found, note, now))

    def _bring(self, item: InboxItem) -> str:
        way = self.ways.get(item.way)
        if way is None:
            raise NotDelivered(f"there is no way {item.way} to deliver an answer by")
        if item.state.answered_at:
            return way.deliver(item) or ""
        way.end(item)
        return ""

    def _try_again(self, item: InboxItem, reason: str, is_final: bool) -> None:
        now = self.store.now
        tried = self.store.change(
            item.org, item.id, lambda found: not_delivered(found, reason, is_final, now)
        )
        if tried.state.delivery == WAITING:
            self.send(item.org, item.id, (tried.state.due_at - now) / 1000)
