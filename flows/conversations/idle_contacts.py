"""Forgets conversations in which nothing was said for the days that the organisation names."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from flowhook.errors import Conflict
from flowhook.redis.keys import org_key
from flows.conversations.conversations import Conversations
from flows.conversations.roster import STATUSES, Row, status_key
from flows.conversations.roster_repair import RosterRepair, state_key
from flows.conversations.store import time_of

AT_ONCE = 100
REST_SECONDS = 0.02  # after each batch, so that turns go first
DAY_MILLISECONDS = 86_400_000


class IdleContacts:
    """`sleep` rests between batches."""

    def __init__(
        self, conversations: Conversations, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.conversations = conversations
        self.store = conversations.store
        self.redis: Any = conversations.store.redis
        self.repair = RosterRepair(conversations.store)
        self.sleep = sleep

    def shorten(self, org: str, days: int) -> int:
        """Forget who neither wrote nor was told anything for so many days; returns how many."""
        before = int(self.conversations.now().timestamp() * 1000) - days * DAY_MILLISECONDS
        return sum(self._walk(org, status_key(org, status), before) for status in STATUSES)

    def _walk(self, org: str, index: str, before: int) -> int:
        """Forget those of an index; who has been where they are since later was heard since."""
        forgotten = kept = 0
        while found := self._members(index, before, kept):
            idle = self._idle(org, found, before)
            gone = [member for member in idle if self._forget(org, member, before)]
            self._unlist(index, gone, before)
            forgotten += len(gone)
            kept += len(found) - len(gone)
            self.sleep(REST_SECONDS)
        return forgotten

    def _members(self, index: str, before: int, kept: int) -> Sequence[str]:
        found = self.redis.zrange(
            index, "-inf", f"({before}", byscore=True, offset=kept, num=AT_ONCE
        )
        return [one.decode() for one in found]

    def _idle(self, org: str, members: Sequence[str], before: int) -> list[str]:
        """Those in whose transcripts nothing was added since."""
        pipe = self.redis.pipeline(transaction=False)
        for member in members:
            pipe.xrevrange(org_key(org, "contact", member, "transcript"), count=1)
        last = zip(members, pipe.execute(), strict=True)
        return [member for member, entries in last if time_of(entries) < before]

    def _forget(self, org: str, member: str, before: int) -> bool:
        """Forget a contact, by their part of keys' names, unless something was said meanwhile."""
        contact = self._contact(org, member)
        if contact is None:  # nobody, or one whom no key opens and who stays
            return not self.redis.exists(state_key(org, member))
        try:
            return self.conversations.forget_idle(org, contact, before)
        except Conflict:  # they have their turn
            return False

    def _unlist(self, index: str, gone: Sequence[str], before: int) -> None:
        """Take off the index whoever was in another one by their place; who wrote meanwhile is
        listed anew, and stays."""
        scores = self.redis.zmscore(index, gone) if gone else []
        left = [
            member
            for member, score in zip(gone, scores, strict=True)
            if score is not None and score < before
        ]
        if left:
            self.redis.zrem(index, *left)

    def _contact(self, org: str, member: str) -> str | None:
        """The contact's id; None where no key opens what tells it."""
        sealed = self.redis.hget(state_key(org, member), "row")
        row = Row.open(self.store.cipher, org, sealed)
        if row is None:
            listed = self.repair.list_anew(org, member)
            row = listed[1] if listed else None
        return row.contact if row else None
