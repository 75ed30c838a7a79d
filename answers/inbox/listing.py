"""Finds what an inbox holds by status, contact, flow and person, newest or oldest first.

A page walks the indices of the statuses, or looks up a contact's items there, and looks at a
bounded number of items: a rare match may take several pages, each with a cursor.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from answers.inbox.item import OPEN, InboxItem
from answers.inbox.item_sealing import status_key
from answers.inbox.store import InboxStore, Spot
from flowhook.batches import batches

PAGE = 50
AT_ONCE = 200  # of an index, and of the items that are read together
MAX_LOOKED = 1_000  # items for one page
CURSOR = re.compile(r"([0-9]{1,15})-([A-Za-z0-9_-]{1,64})")


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """Which items; an empty value selects all. `assigned` is a name, or "-" for nobody."""

    statuses: Sequence[str] = (OPEN,)
    kind: str = ""
    contact: str = ""
    flow: str = ""
    assigned: str = ""
    oldest_first: bool = False

    def matches(self, item: InboxItem) -> bool:
        assigned = item.state.assigned or "-"
        return (
            item.state.status in self.statuses
            and self.kind in ("", item.kind)
            and self.contact in ("", item.asked.contact)
            and self.flow in ("", item.asked.flow, item.asked.flow_name)
            and self.assigned in ("", assigned)
        )


@dataclass(frozen=True, slots=True)
class InboxPage:
    items: list[InboxItem]
    next_cursor: str | None


class InboxList:
    def __init__(self, store: InboxStore) -> None:
        self.store = store

    def page(self, org: str, wanted: InboxFilter, cursor: str = "", count: int = PAGE) -> InboxPage:
        """Read from the cursor, or from the beginning, on. Raises ValueError for no cursor."""
        after = read_cursor(cursor)
        found: list[InboxItem] = []
        looked = 0
        for some in batches(self._spots(org, wanted, after), count + 1):
            for item in self.store.some(org, (item_id for _, item_id in some)):
                if item is None or not wanted.matches(item):
                    continue
                if len(found) == count:
                    return InboxPage(found, _cursor(_spot(found[-1])))
                found.append(item)
            looked += len(some)
            if looked >= MAX_LOOKED:
                return InboxPage(found, _cursor(some[-1]))
        return InboxPage(found, None)

    def _spots(self, org: str, wanted: InboxFilter, after: Spot | None) -> Iterable[Spot]:
        """What may match, in order, behind `after`."""
        if wanted.contact:
            spots = self.store.spots_of_contact(org, wanted.contact, wanted.statuses)
            ordered: Iterable[Spot] = sorted(spots, reverse=not wanted.oldest_first)
        else:
            walks = [self._walk(org, one, wanted.oldest_first, after) for one in wanted.statuses]
            ordered = heapq.merge(*walks, reverse=not wanted.oldest_first)
        if after is None:
            return ordered
        if wanted.oldest_first:
            return (spot for spot in ordered if spot > after)
        return (spot for spot in ordered if spot < after)

    def _walk(
        self, org: str, status: str, oldest_first: bool, after: Spot | None
    ) -> Iterator[Spot]:
        """One status from the time of `after` on; items of one moment come in the order of ids."""
        key = status_key(org, status)
        start: int | str = after[0] if after else ("-inf" if oldest_first else "+inf")
        end = "+inf" if oldest_first else "-inf"
        passed = 0  # of those at `start`
        while found := self.store.redis.zrange(
            key,
            start,
            end,
            desc=not oldest_first,
            byscore=True,
            offset=passed,
            num=AT_ONCE,
            withscores=True,
        ):
            yield from ((int(score), member.decode()) for member, score in found)
            last = int(found[-1][1])
            passed = sum(score == last for _, score in found) + (passed if last == start else 0)
            start = last


def read_cursor(cursor: str) -> Spot | None:
    """The spot that a cursor names; None for none. Raises ValueError."""
    if not cursor:
        return None
    found = CURSOR.fullmatch(cursor)
    if found is None:
        raise ValueError("Not a cursor that this call gave.")
    return int(found[1]), found[2]


def _spot(item: InboxItem) -> Spot:
    return item.at, item.id


def _cursor(spot: Spot) -> str:
    return f"{spot[0]}-{spot[1]}"
