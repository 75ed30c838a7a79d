"""Lists, once a day, every contact whom a release that knows nothing of the roster wrote.

One process walks over all keys, on a thread of its own and in small batches; what is listed right
is only looked at. A walk that breaks off begins again, and so does one after an older release ran
for a while.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from redis.exceptions import RedisError

from flowhook.batches import batches
from flowhook.organisations.contact_move import LISTS_MADE
from flowhook.redis.leases import CONTACT_SECONDS, Leases
from flows.conversations.roster import Place, status_key
from flows.conversations.roster_repair import RosterRepair, state_key
from flows.conversations.store import ConversationStore

FILLED_SECONDS = 86_400
RUN_KEY = "fh:roster:run"  # held while somebody walks, however long that takes
LOOK_SECONDS = 60.0  # between two looks of a process whether there is something to do
AT_ONCE = 100
REST_SECONDS = 0.02  # after each batch, so that turns go first

STATES = "fh:{*}:contact:*:state"
STATE = re.compile(r"fh:\{([A-Za-z0-9_-]{1,64})\}:contact:(.+):state")

logger = logging.getLogger(__name__)

Contact = tuple[str, str]
"""An organisation, and a contact's part of keys' names."""


class RosterFilling:
    """`sleep` rests between batches."""

    def __init__(self, store: ConversationStore, sleep: Callable[[float], None] = time.sleep):
        self.redis: Any = store.redis
        self.repair = RosterRepair(store)
        self.leases = Leases(store.redis, CONTACT_SECONDS)
        self.sleep = sleep
        self._next = 0.0

    def sweep(self) -> None:
        """Begin a walk on a thread of its own, unless there was one within a day."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + LOOK_SECONDS
        if not self.redis.exists(LISTS_MADE):
            threading.Thread(target=self.look, name="roster", daemon=True).start()

    def look(self) -> None:
        """Walk over all conversations, unless somebody does."""
        try:
            with self.leases.holding(RUN_KEY) as token:
                if token and not self.redis.exists(LISTS_MADE):
                    self.fill()
        except (RedisError, OSError) as error:
            logger.warning("listing conversations waits", extra={"cause": type(error).__name__})

    def fill(self) -> int:
        """List whoever is not listed where they are; returns how many those were."""
        listed = 0
        for some in batches(self._all(), AT_ONCE):
            for org, member in self._unlisted(some):
                listed += self.repair.list_anew(org, member) is not None
            self.sleep(REST_SECONDS)
        self.redis.set(LISTS_MADE, b"1", ex=FILLED_SECONDS)
        if listed:
            logger.info("conversations are listed", extra={"contacts": listed})
        return listed

    def _all(self) -> Iterator[Contact]:
        for raw in self.redis.scan_iter(match=STATES, count=1000):
            found = STATE.fullmatch(raw.decode())
            if found is not None:
                yield found[1], found[2]

    def _unlisted(self, contacts: Sequence[Contact]) -> Iterator[Contact]:
        pipe = self.redis.pipeline(transaction=False)
        for org, member in contacts:
            pipe.hmget(state_key(org, member), "version", "place")
        known = [(version, Place.read(place)) for version, place in pipe.execute()]
        for (org, member), (_, place) in zip(contacts, known, strict=True):
            pipe.zscore(status_key(org, place.status if place else ""), member)
        scores = pipe.execute()
        for contact, (version, place), score in zip(contacts, known, scores, strict=True):
            if version is None:
                continue  # forgotten meanwhile
            if place is None or score is None or place.version != int(version):
                yield contact
