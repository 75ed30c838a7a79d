"""For how long an inbox keeps what was answered or closed: as the organisation says, or 30 days."""

from __future__ import annotations

from answers.inbox.changes import DAY
from answers.inbox.item import ANSWERED, CLOSED, WAITING, InboxItem
from answers.inbox.item_sealing import status_key
from answers.inbox.store import InboxStore
from flowhook.organisations.retention import DaysOf, none_set

AT_ONCE = 200


class InboxKeeping:
    """`days_of` tells the days that an organisation names."""

    def __init__(self, store: InboxStore, days_of: DaysOf = none_set) -> None:
        self.store = store
        self.days_of = days_of

    def let_go(self, item: InboxItem) -> None:
        """Remove an item that ended, or have it looked at again when its days are over."""
        days = self.days_of(item.org)
        until = 0 if days is None else _ended_at(item) + days * DAY
        if until <= self.store.now:
            self.store.drop(item.org, item.id)
        else:
            self.store.look_again(item.org, item.id, until)

    def shorten(self, org: str, days: int) -> int:
        """Remove what ended so many days ago; returns how many items."""
        before = self.store.now - days * DAY
        return sum(self._walk(org, status, before) for status in (CLOSED, ANSWERED))

    def _walk(self, org: str, status: str, before: int) -> int:
        """Items of one status, the first asked first; one may have been asked long before it
        ended."""
        dropped = kept = 0
        while found := self.store.redis.zrange(
            status_key(org, status), "-inf", before, byscore=True, offset=kept, num=AT_ONCE
        ):
            items = self.store.some(org, (raw.decode() for raw in found))
            over = [one for one in items if one is not None and _is_over(one, before)]
            for item in over:
                self.store.drop(org, item.id)
            dropped += len(over)
            kept += len(found) - len(over)
        return dropped


def _is_over(item: InboxItem, before: int) -> bool:
    """Whether an item ended before, and nobody waits for its answer."""
    return item.state.delivery != WAITING and _ended_at(item) <= before


def _ended_at(item: InboxItem) -> int:
    return max(item.state.answered_at, item.state.ended_at)
