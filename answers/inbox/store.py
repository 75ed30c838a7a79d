"""What waits for people in Redis: a hash for each item, and indices by status, time and contact.

Every change is one transaction, which decides by the item as it stands and writes only where it
stands yet. What an organisation's items take is bounded: ended ones make room, oldest first, and
what is new is refused where open ones take all of it.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from redis.exceptions import WatchError

from answers.inbox.changes import asked_again, begun
from answers.inbox.item import (
    ANSWERED,
    CLOSED,
    OPEN,
    SAID_SINCE,
    STATUSES,
    WAITING,
    InboxItem,
    ItemState,
    NewItem,
    SaidBefore,
)
from answers.inbox.item_sealing import (
    AT,
    CONTENT,
    RECORD_BYTES,
    SINCE,
    SIZE,
    STATE,
    ItemSealing,
    bytes_key,
    contact_key,
    due_key,
    item_key,
    same_key,
    status_key,
)
from flowhook.errors import NotFound, RateLimited
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.contact_names import ContactNames
from flowhook.redis.keys import gone_key

MAX_OPEN = 5_000
MAX_BYTES = 32 * 1024 * 1024  # of an organisation's items
MAX_OPEN_OF_CONTACT = 100  # so that no single contact takes the room of all
MOST_DROPPED = 100  # ended items that make room for one that is new
SAME_SECONDS = 86_400  # in which a contact's question that is asked again is one item
FULL_SECONDS = 600.0  # Retry-After where the inbox is full

Spot = tuple[int, str]
"""When an item was asked, in epoch milliseconds, and its id: the order of a list."""

Decide = Callable[[InboxItem], ItemState]
"""From an item to its next state; raises where it may not change so. May be called again."""


@dataclass(frozen=True, slots=True)
class Added:
    """The item that a question became, and whether it is new."""

    id: str
    is_new: bool


class InboxStore:
    """Reads and changes organisations' inboxes; `clock` tells epoch seconds."""

    def __init__(self, redis: Any, cipher: Cipher, clock: Callable[[], float] = time.time) -> None:
        self.redis = redis
        self.sealing = ItemSealing(cipher)
        self.names = ContactNames(redis, cipher)
        self.clock = clock

    @property
    def now(self) -> int:
        """Epoch milliseconds."""
        return int(self.clock() * 1000)

    # --- reading ------------------------------------------------------------------------

    def find(self, org: str, item_id: str) -> InboxItem | None:
        return self._read(org, item_id, self.redis.hgetall(item_key(org, item_id)))

    def get(self, org: str, item_id: str) -> InboxItem:
        """Raises NotFound."""
        found = self.find(org, item_id)
        if found is None:
            raise no_item()
        return found

    def some(self, org: str, ids: Iterable[str]) -> list[InboxItem | None]:
        """Each of these items, None where there is none."""
        wanted = list(ids)
        pipe = self.redis.pipeline(transaction=False)
        for item_id in wanted:
            pipe.hgetall(item_key(org, item_id))
        return [
            self._read(org, item_id, fields)
            for item_id, fields in zip(wanted, pipe.execute() if wanted else (), strict=True)
        ]

    def count(self, org: str, status: str = OPEN) -> int:
        return int(self.redis.zcard(status_key(org, status)))

    def of_contact(
        self, org: str, contact: str, statuses: Iterable[str] = STATUSES
    ) -> list[InboxItem]:
        """A contact's items of these statuses, newest first."""
        spots = sorted(self.spots_of_contact(org, contact, statuses), reverse=True)
        return [one for one in self.some(org, (item_id for _, item_id in spots)) if one]

    def spots_of_contact(self, org: str, contact: str, statuses: Iterable[str]) -> list[Spot]:
        """Where a contact's items of these statuses stand, in any order; reads no item."""
        ids = list(self.redis.smembers(self._contact_key(org, contact)))
        pipe = self.redis.pipeline(transaction=False)
        for status in statuses if ids else ():
            pipe.zmscore(status_key(org, status), ids)
        return [
            (int(score), raw.decode())
            for scores in pipe.execute()
            for raw, score in zip(ids, scores, strict=True)
            if score is not None
        ]

    def due(self, org: str, most: int) -> list[str]:
        """The items that somebody has to look after now, longest first."""
        found = self.redis.zrange(due_key(org), "-inf", self.now, byscore=True, offset=0, num=most)
        return [one.decode() for one in found]

    # --- changing -----------------------------------------------------------------------

    def add(self, org: str, new: NewItem, item_id: str = "", same: str = "") -> Added:
        """Put something into the inbox.

        Nothing is added where there is an item of this id, or where one is open that was added with
        the same text `same` within a day: that one then counts how often it was asked. Raises
        RateLimited where the inbox is full or holds too much of this contact, and NotFound for a
        deleted organisation.
        """
        asked, item_id = new.bounded(), item_id or new_id()
        same = same_key(org, self._digest(org, "same", same)) if same else ""
        self._make_room(org)
        while True:
            watched = [item_key(org, item_id), gone_key(org), *([same] if same else [])]
            with self.redis.pipeline(transaction=True) as pipe:
                pipe.watch(*watched)
                self._check_exists(pipe, org)
                if pipe.exists(item_key(org, item_id)):
                    return Added(item_id, is_new=False)
                other = pipe.get(same) if same else None
                if other and self._ask_again(org, other.decode()):
                    return Added(other.decode(), is_new=False)
                self._check_room(pipe, org, asked.contact)
                pipe.multi()
                self._put(pipe, org, item_id, asked, same)
                try:
                    pipe.execute()
                except WatchError:
                    continue
                return Added(item_id, is_new=True)

    def change(self, org: str, item_id: str, decide: Decide) -> InboxItem:
        """Give an item the state that `decide` says. Raises NotFound, and what `decide` raises."""
        while True:
            with self.redis.pipeline(transaction=True) as pipe:
                pipe.watch(item_key(org, item_id), gone_key(org))
                self._check_exists(pipe, org)
                fields = pipe.hgetall(item_key(org, item_id))
                item = self._read(org, item_id, fields)
                if item is None:
                    raise no_item()
                state = decide(item)
                if state == item.state:
                    return item
                pipe.multi()
                self._write(pipe, item, state, len(fields[STATE]))
                try:
                    pipe.execute()
                except WatchError:
                    continue
                return replace(item, state=state)

    def add_said(self, org: str, item_id: str, said: SaidBefore) -> bool:
        """Add what the contact said to an open item, once for each id, the newest 50; returns
        whether it is open. Where the inbox is full, the conversation alone has it."""
        key = item_key(org, item_id)
        self._make_room(org)
        while True:
            with self.redis.pipeline(transaction=True) as pipe:
                pipe.watch(key, gone_key(org))
                fields = pipe.hgetall(key)
                item = self._read(org, item_id, fields)
                if item is None or item.state.status != OPEN or pipe.exists(gone_key(org)):
                    return False
                if any(one.id == said.id for one in item.since):
                    return True
                since = [*item.since, said.bounded()][-SAID_SINCE:]
                sealed = self.sealing.sealed_since(org, item_id, since)
                grown = len(sealed) - len(fields.get(SINCE, b""))
                if grown > 0 and int(pipe.get(bytes_key(org)) or 0) >= MAX_BYTES:
                    return True
                pipe.multi()
                pipe.hset(key, SINCE, sealed)
                pipe.hincrby(key, SIZE, grown)
                pipe.incrby(bytes_key(org), grown)
                try:
                    pipe.execute()
                except WatchError:
                    continue
                return True

    def look_again(self, org: str, item_id: str, at: int) -> None:
        """Have somebody look after an item, which may be gone, at this time (epoch milliseconds)
        unless later."""
        self.redis.zadd(due_key(org), {item_id: at}, xx=True, gt=True)

    def drop(self, org: str, item_id: str) -> None:
        """Remove an item and all that names it; it may be gone."""
        key = item_key(org, item_id)
        while True:
            with self.redis.pipeline(transaction=True) as pipe:
                pipe.watch(key)
                fields = pipe.hgetall(key)
                item = self._read(org, item_id, fields)
                pipe.multi()
                pipe.unlink(key)
                for index in (*(status_key(org, one) for one in STATUSES), due_key(org)):
                    pipe.zrem(index, item_id)
                if fields:
                    pipe.decrby(bytes_key(org), int(fields[SIZE]))
                if item is not None and item.asked.contact:
                    pipe.srem(self._contact_key(org, item.asked.contact), item_id)
                try:
                    pipe.execute()
                except WatchError:
                    continue
                return

    def forget_contact(self, org: str, contact: str) -> int:
        """Remove all items of a contact, those that no key opens, too; returns how many."""
        key = self._contact_key(org, contact)
        ids = [raw.decode() for raw in self.redis.smembers(key)]
        for item_id in ids:
            self.drop(org, item_id)
            self.redis.srem(key, item_id)
        return len(ids)

    # --- inside -------------------------------------------------------------------------

    def _put(self, pipe: Any, org: str, item_id: str, asked: NewItem, same: str) -> None:
        """Add the commands that write a new item."""
        now = self.now
        state = begun(asked, now)
        content = self.sealing.sealed_content(org, item_id, asked)
        size = len(content) + RECORD_BYTES
        fields = {
            CONTENT: content,
            STATE: self.sealing.sealed_state(org, item_id, state),
            AT: now,
            SIZE: size,
        }
        pipe.hset(item_key(org, item_id), mapping=fields)
        pipe.zadd(status_key(org, OPEN), {item_id: now})
        pipe.zadd(due_key(org), {item_id: state.due_at})
        pipe.incrby(bytes_key(org), size)
        if asked.contact:
            pipe.sadd(self._contact_key(org, asked.contact), item_id)
        if same:
            pipe.set(same, item_id, ex=SAME_SECONDS)

    def _write(self, pipe: Any, item: InboxItem, state: ItemState, before: int) -> None:
        """Add the commands that give an item another state, in the place of one of so many bytes
        as it is sealed."""
        org, item_id = item.org, item.id
        sealed = self.sealing.sealed_state(org, item_id, state)
        pipe.hset(item_key(org, item_id), STATE, sealed)
        pipe.hincrby(item_key(org, item_id), SIZE, len(sealed) - before)
        pipe.incrby(bytes_key(org), len(sealed) - before)
        pipe.zadd(due_key(org), {item_id: state.due_at})
        if state.status != item.state.status:
            pipe.zrem(status_key(org, item.state.status), item_id)
            pipe.zadd(status_key(org, state.status), {item_id: item.at})

    def _ask_again(self, org: str, item_id: str) -> bool:
        """Count that an open item was asked again; returns whether it is open."""
        asked: list[bool] = []

        def decide(item: InboxItem) -> ItemState:
            asked[:] = [item.state.status == OPEN]
            return asked_again(item, self.now) if asked[0] else item.state

        try:
            self.change(org, item_id, decide)
        except NotFound:
            return False
        return asked[0]

    def _make_room(self, org: str) -> None:
        """Drop the items that ended first, where all of them take too much."""
        for _ in range(MOST_DROPPED):
            if int(self.redis.get(bytes_key(org)) or 0) < MAX_BYTES:
                return
            oldest = self._oldest_ended(org)
            if not oldest:
                return
            self.drop(org, oldest)

    def _oldest_ended(self, org: str) -> str:
        for status in (CLOSED, ANSWERED):
            for raw in self.redis.zrange(status_key(org, status), 0, MOST_DROPPED - 1):
                item = self.find(org, raw.decode())
                if item is None or item.state.delivery != WAITING:
                    return str(raw.decode())
        return ""

    def _check_room(self, pipe: Any, org: str, contact: str) -> None:
        has_room = pipe.zcard(status_key(org, OPEN)) < MAX_OPEN
        if not has_room or int(pipe.get(bytes_key(org)) or 0) >= MAX_BYTES:
            raise RateLimited(
                "the inbox is full: too many questions wait for a person",
                fix="Answer or close what waits in the inbox.",
                retry_after_seconds=FULL_SECONDS,
            )
        if contact and len(self.spots_of_contact(org, contact, (OPEN,))) >= MAX_OPEN_OF_CONTACT:
            raise RateLimited(
                f"{MAX_OPEN_OF_CONTACT} questions of this contact wait for a person",
                fix="Answer or close those of this contact in the inbox.",
                retry_after_seconds=FULL_SECONDS,
            )

    def _check_exists(self, pipe: Any, org: str) -> None:
        if pipe.exists(gone_key(org)):
            raise NotFound("this organisation was deleted")

    def _contact_key(self, org: str, contact: str) -> str:
        return contact_key(org, self._digest(org, "contact", contact))

    def _digest(self, org: str, kind: str, text: str) -> str:
        return self.names.digest_of(org, f"inbox {kind}\0{text}")

    def _read(self, org: str, item_id: str, fields: Any) -> InboxItem | None:
        return self.sealing.read(org, item_id, fields)


def new_id() -> str:
    return secrets.token_urlsafe(16)


def no_item() -> NotFound:
    return NotFound(
        "there is nothing of this id in the inbox",
        fix="GET /inbox/<org> lists it; what was closed is kept for 30 days.",
    )
