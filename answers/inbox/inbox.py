"""An organisation's inbox: what people do with what waits for them.

Whoever answers calls `answer`, and a worker brings the answer by the way that the item names
(`add_delivery`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from answers.inbox.changes import answered, assigned, closed, ended
from answers.inbox.delivery import AnswerDelivery, Deliveries
from answers.inbox.intake import InboxIntake
from answers.inbox.item import WAITING, InboxItem
from answers.inbox.listing import InboxList
from flowhook.jobs.queue import Queue

Follower = Callable[[InboxItem], None]
"""Is told of an item that was assigned, answered or closed; it does not raise."""


class Approves(Protocol):
    """Makes approved answers of what experts answer."""

    def approve(self, org: str, question: str, answer: str, by: str) -> str:
        """Answer this question so from now on; returns the id, which is the same for the same
        again. Raises TooLarge."""


class Inbox:
    """The inboxes of all organisations; `approves` may be set before the first request."""

    NAME = "inbox"

    def __init__(self, intake: InboxIntake, queue: Queue) -> None:
        self.intake = intake
        self.store = intake.store
        self.list = InboxList(self.store)
        self.deliveries = Deliveries(self.store, queue)
        self.approves: Approves | None = None
        self.followers: list[Follower] = []

    def add_delivery(self, kind: str, delivery: AnswerDelivery) -> None:
        """Add a way for answers, for items whose `way` is of this kind."""
        self.deliveries.ways[kind] = delivery

    def add_follower(self, follower: Follower) -> None:
        """Tell somebody of each change that people make."""
        self.followers.append(follower)

    def answer(self, org: str, item_id: str, answer: str, by: str) -> InboxItem:
        """Answer an item once. Raises NotFound, and Conflict where somebody else answered."""
        now = self.store.now
        item = self.store.change(org, item_id, lambda found: answered(found, answer, by, now))
        return self._sent(item)

    def close(self, org: str, item_id: str, by: str) -> InboxItem:
        """End an item without an answer, or put an answered one away. Raises NotFound."""
        now = self.store.now
        return self._sent(self.store.change(org, item_id, lambda found: closed(found, by, now)))

    def end(self, org: str, item_id: str) -> None:
        """End an item that nobody answered in time; one that was answered meanwhile stays."""
        now = self.store.now
        self._sent(self.store.change(org, item_id, lambda found: ended(found, now)))

    def assign(self, org: str, item_id: str, to: str) -> InboxItem:
        """Say who answers an open item; nobody in particular where `to` is empty. Raises NotFound
        and Conflict."""
        item = self.store.change(org, item_id, lambda found: assigned(found, to))
        self._tell(item)
        return item

    def _sent(self, item: InboxItem) -> InboxItem:
        if item.state.delivery == WAITING and not item.state.tries:
            self.deliveries.send(item.org, item.id)
        self._tell(item)
        return item

    def _tell(self, item: InboxItem) -> None:
        for follower in self.followers:
            follower(item)
