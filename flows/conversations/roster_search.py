"""Finds an organisation's conversations by flow, node, status, time and name, newest first.

What few contacts the named indices have in common, Redis finds at once. Else a page walks the
smallest index, asks the others about each contact, and looks at a bounded number of them: a rare
match may take several pages, each with a cursor.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flowhook.batches import batches
from flows.conversations.roster import (
    STATUSES,
    Place,
    Row,
    digits_of,
    flow_key,
    folded_words,
    node_key,
    shown,
    status_key,
    word_key,
)
from flows.conversations.roster_repair import RosterRepair, state_key
from flows.conversations.store import ConversationStore
from flows.conversations.turn import valid_id

PAGE = 50
FIRST = 2 * PAGE  # contacts of an index that are read at first
AT_ONCE = 500  # contacts of an index that are read then, or asked about together
MAX_LOOKED = 10_000  # contacts for one page
MAX_SET = 2_000  # contacts whom indices have in common, who are put in order here
MAX_JOINED = 50_000  # contacts of the smallest index that Redis looks for in the others at once
CURSOR = re.compile(r"([0-9]{1,15})-(.{1,200})", re.DOTALL)

Spot = tuple[int, bytes]
"""Since when, and the contact's part of keys' names: the order of a list, from its end."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RosterFilter:
    """Which conversations; an empty value selects all.

    `node` is one of `flow`. `until`, in epoch milliseconds: those who are where they are since then
    or longer. `words` stand in the contact's name, or are the phone number or the id.
    """

    flow: str = ""
    node: str = ""
    status: str = ""
    until: int | None = None
    words: str = ""

    def matches(self, place: Place) -> bool:
        """Whether a place fits, words aside."""
        return (
            (not self.flow or place.flow == self.flow)
            and (not self.node or (place.is_in and place.node == self.node))
            and (not self.status or place.status == self.status)
            and (self.until is None or place.since <= self.until)
        )


@dataclass(frozen=True, slots=True)
class Index:
    """A sorted set, by time, or a set of a word's contacts; `size` contacts."""

    key: str
    is_sorted: bool
    size: int


class RosterSearch:
    def __init__(self, store: ConversationStore) -> None:
        self.store = store
        self.redis = store.redis
        self.repair = RosterRepair(store)

    def page(self, org: str, wanted: RosterFilter, cursor: str = "", count: int = PAGE) -> Json:
        """Read `{"conversations": [...], "next_cursor"}` from the cursor, or the newest, on.

        Raises ValueError for what is no cursor.
        """
        walk, asked = self._plan(org, wanted, read_cursor(cursor))
        found: list[tuple[Spot, Json]] = []
        looked = 0
        for some in batches(walk, AT_ONCE if asked else count + 1):
            spots = self._in_all(some, asked)
            found += self._fitting(org, wanted, spots, count + 1 - len(found))
            if len(found) > count:
                return _page(found[:count], found[count - 1][0])
            looked += len(some)
            if looked >= MAX_LOOKED:
                return _page(found, some[-1])
        return _page(found, None)

    # --- who may fit --------------------------------------------------------------------

    def _plan(
        self, org: str, wanted: RosterFilter, after: Spot | None
    ) -> tuple[Iterator[Spot], list[Index]]:
        """Contacts to look at, from `after` on, and the indices to be asked about each."""
        words = self._word_keys(org, wanted.words)
        indices = self._indices(org, wanted, words)
        few = self._in_common(indices) if words or not wanted.words else []
        named = self._named_by_id(org, wanted.words)
        if named is not None:
            few = [*{named, *(few or ())}]  # alone where too many others have the words
        if few is not None:
            return self._set_in_order(org, few, after, wanted.until), []
        by_time = [index for index in indices if index.is_sorted]
        walked = min(by_time, key=lambda index: index.size, default=None)
        keys = [walked.key] if walked else [status_key(org, status) for status in STATUSES]
        others = [index for index in indices if index is not walked]
        return self._walk(keys, after, wanted.until), others

    def _in_common(self, indices: Sequence[Index]) -> list[bytes] | None:
        """The contacts whom several indices, or a word, have in common, if they are few enough to
        be put in order here, and found at once."""
        is_walked = not indices or (len(indices) == 1 and indices[0].is_sorted)
        if is_walked or min(index.size for index in indices) > MAX_JOINED:
            return None
        keys = [index.key for index in indices]
        if self.redis.zintercard(len(keys), keys, limit=MAX_SET + 1) > MAX_SET:
            return None
        found: list[bytes] = self.redis.zinter(keys)
        return found

    def _named_by_id(self, org: str, text: str) -> bytes | None:
        """The contact whose id the words are, if there is one."""
        for contact in dict.fromkeys((text.strip(), digits_of(text))):
            if contact and valid_id(contact) and self.store.exists(org, contact):
                return self.store.names.of(org, contact).encode()
        return None

    def _word_keys(self, org: str, text: str) -> list[str]:
        words = [digits_of(text)] if digits_of(text) else folded_words(text)
        digests = (self.store.names.digest_of(org, word) for word in words)
        return [word_key(org, digest) for digest in digests]

    def _indices(self, org: str, wanted: RosterFilter, words: Sequence[str]) -> list[Index]:
        """The indices that the filter names."""
        keys = [
            *([node_key(org, wanted.flow, wanted.node)] if wanted.node else []),
            *([flow_key(org, wanted.flow)] if wanted.flow and not wanted.node else []),
            *([status_key(org, wanted.status)] if wanted.status else []),
        ]
        if not keys and not words:
            return []
        pipe = self.redis.pipeline(transaction=False)
        for key in keys:
            pipe.zcard(key)
        for key in words:
            pipe.scard(key)
        kinds = [True] * len(keys) + [False] * len(words)
        return [
            Index(key, is_sorted, size)
            for key, is_sorted, size in zip([*keys, *words], kinds, pipe.execute(), strict=True)
        ]

    def _walk(self, keys: Sequence[str], after: Spot | None, latest: int | None) -> Iterator[Spot]:
        walks = [self._walk_one(key, after, latest) for key in keys]
        return heapq.merge(*walks, reverse=True)

    def _walk_one(self, key: str, after: Spot | None, latest: int | None) -> Iterator[Spot]:
        """One sorted set from its end; contacts of one time in the order of their names."""
        tops = [one for one in (after[0] if after else None, latest) if one is not None]
        high: float = min(tops, default=float("inf"))
        passed = 0  # of those at `high`
        size = FIRST
        while found := self.redis.zrevrangebyscore(
            key, high, "-inf", passed, size, withscores=True
        ):
            yield from _from(((int(score), member) for member, score in found), after, latest)
            lowest = found[-1][1]
            passed = sum(score == lowest for _, score in found) + (passed if lowest == high else 0)
            high, size = lowest, AT_ONCE

    def _set_in_order(
        self, org: str, members: Sequence[bytes], after: Spot | None, latest: int | None
    ) -> Iterator[Spot]:
        """These contacts in the order of a list."""
        if not members:
            return iter(())
        pipe = self.redis.pipeline(transaction=False)
        for status in STATUSES:
            pipe.zmscore(status_key(org, status), members)
        spots = [
            (int(score), member)
            for scores in pipe.execute()
            for member, score in zip(members, scores, strict=True)
            if score is not None
        ]
        return _from(sorted(spots, reverse=True), after, latest)

    def _in_all(self, spots: list[Spot], asked: Sequence[Index]) -> list[Spot]:
        """Those who are in all of these indices."""
        if not asked:
            return spots
        members = [member for _, member in spots]
        pipe = self.redis.pipeline(transaction=False)
        for index in asked:
            if index.is_sorted:
                pipe.zmscore(index.key, members)
            else:
                pipe.smismember(index.key, members)
        held = zip(*pipe.execute(), strict=True)
        return [
            spot
            for spot, found in zip(spots, held, strict=True)
            if all(one not in (None, 0) for one in found)
        ]

    # --- who does -----------------------------------------------------------------------

    def _fitting(
        self, org: str, wanted: RosterFilter, spots: Sequence[Spot], most: int
    ) -> Iterator[tuple[Spot, Json]]:
        """At most `most` of these whose place fits, as a list shows them."""
        number = 0
        for some in batches(spots, most):
            for spot, listed in zip(some, self._listed(org, wanted, some), strict=True):
                if listed is not None and wanted.matches(listed[0]):
                    yield spot, shown(*listed)
                    number += 1
                    if number == most:
                        return

    def _listed(
        self, org: str, wanted: RosterFilter, spots: Sequence[Spot]
    ) -> list[tuple[Place, Row] | None]:
        """Place and row of each, made anew where another release wrote the last turn."""
        pipe = self.redis.pipeline(transaction=False)
        members = [member.decode() for _, member in spots]
        for member in members:
            pipe.hmget(state_key(org, member), "version", "place", "row")
        return [
            self._read(org, wanted, member, fields)
            for member, fields in zip(members, pipe.execute(), strict=True)
        ]

    def _read(
        self, org: str, wanted: RosterFilter, member: str, fields: Sequence[bytes | None]
    ) -> tuple[Place, Row] | None:
        version, stored, sealed = fields
        place = Place.read(stored)
        if version is None:
            self._drop(org, wanted, member)
            return None
        if place is None or place.version != int(version):
            return self.repair.list_anew(org, member)
        row = Row.open(self.store.cipher, org, sealed)
        return (place, row) if row else None

    def _drop(self, org: str, wanted: RosterFilter, member: str) -> None:
        """Take a contact from the list whom an older release forgot."""
        keys = [status_key(org, status) for status in STATUSES]
        for key in (*keys, flow_key(org, wanted.flow), node_key(org, wanted.flow, wanted.node)):
            self.redis.zrem(key, member)


def read_cursor(cursor: str) -> Spot | None:
    """The spot that a cursor names; None for none. Raises ValueError."""
    if not cursor:
        return None
    found = CURSOR.fullmatch(cursor)
    if found is None:
        raise ValueError("Not a cursor that this call gave.")
    return int(found[1]), found[2].encode()


def _page(found: Iterable[tuple[Spot, Json]], last: Spot | None) -> Json:
    cursor = f"{last[0]}-{last[1].decode()}" if last else None
    return {"conversations": [one for _, one in found], "next_cursor": cursor}


def _from(spots: Iterable[Spot], after: Spot | None, latest: int | None) -> Iterator[Spot]:
    """Those that stand behind `after`, and at `latest` or before."""
    for spot in spots:
        if (after is None or spot < after) and (latest is None or spot[0] <= latest):
            yield spot
