"""Looks after inboxes each minute: what nobody answered, what was left, what is old."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from answers.inbox.changes import SECOND
from answers.inbox.inbox import Inbox
from answers.inbox.item import OPEN, WAITING
from answers.inbox.item_sealing import due_key
from answers.inbox.keeping import InboxKeeping
from flowhook.batches import batches
from flowhook.organisations.retention import DaysOf, none_set
from flowhook.redis.minute_sweep import Look, MinuteSweep

ASKED_AT_ONCE = 500
MOST = 500  # items of an organisation that are looked at in one minute
LOST = 5 * 60 * SECOND  # after which an answer is sent again that still waits


class InboxSweep(MinuteSweep):
    """`ids` lists all organisations; `days_of` tells for how many days they want items kept."""

    WHAT = "inboxes"
    LOOK_KEY = "fh:to_answer:look"
    RUN_KEY = "fh:to_answer:run"

    def __init__(
        self,
        redis: Any,
        inbox: Inbox,
        ids: Callable[[], Iterable[str]],
        days_of: DaysOf = none_set,
    ) -> None:
        super().__init__(redis)
        self.inbox = inbox
        self.store = inbox.store
        self.ids = ids
        self.keeping = InboxKeeping(inbox.store, days_of)

    def wanting(self) -> Iterator[tuple[str, Look]]:
        """The organisations in whose inbox something is due."""
        now = self.store.now
        for some in batches(self.ids(), ASKED_AT_ONCE):
            pipe = self.redis.pipeline(transaction=False)
            for org in some:
                pipe.zcount(due_key(org), "-inf", now)
            found = zip(some, pipe.execute(), strict=True)
            yield from ((org, self._look_at_inbox) for org, number in found if number)

    def _look_at_inbox(self, org: str) -> None:
        for item_id in self.store.due(org, MOST):
            self._look_after(org, item_id)

    def _look_after(self, org: str, item_id: str) -> None:
        item = self.store.find(org, item_id)
        if item is None:
            self.store.drop(org, item_id)
        elif item.state.delivery == WAITING:
            self.store.look_again(org, item_id, self.store.now + LOST)
            self.inbox.deliveries.send(org, item_id)
        elif item.state.status == OPEN:
            self.inbox.end(org, item_id)
        else:
            self.keeping.let_go(item)
