"""A cache of organisations, at most one second old.

Every change is announced to every process, which drops its copy; a copy whose announcement was
lost (Redis was unavailable) expires within the second. Until then it serves without Redis.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from flowhook.organisations.changes import CHANGED
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.store import SettingsStore

MAX_AGE_SECONDS = 1.0
MAX_ORGANISATIONS = 20_000
PAUSE_SECONDS = 0.5  # after Redis failed, calls fail at once for this long instead of queueing
LISTEN_SECONDS = 0.5  # a blocking read must end before the client's socket time-out

logger = logging.getLogger(__name__)


class SettingsCache:
    """Reads organisations from memory or the store, and follows announcements of changes."""

    def __init__(self, store: SettingsStore, clock: Callable[[], float] = time.monotonic) -> None:
        self.store = store
        self.clock = clock
        self._held: OrderedDict[str, tuple[float, Organisation]] = OrderedDict()
        self._locks = [threading.Lock() for _ in range(256)]
        self._drops = 0
        self._failed = float("-inf")
        self._ended = threading.Event()

    def get(self, org: str) -> Organisation:
        return self._find(org) or self._load_once(org)

    def fresh(self, org: str) -> Organisation:
        """Read from the store now; only organisations that exist are cached.

        A copy is not cached where a change was announced while it was read.
        """
        asked, drops = self.clock(), self._drops
        if asked - self._failed < PAUSE_SECONDS:
            raise RedisConnectionError("Redis was away a moment ago")
        try:
            organisation = self.store.load(org)
        except RedisError:
            self._failed = self.clock()
            raise
        if organisation.exists and drops == self._drops:
            self._held[org] = (asked, organisation)
            while len(self._held) > MAX_ORGANISATIONS:
                self._held.popitem(last=False)
        else:
            self._held.pop(org, None)
        return organisation

    def _find(self, org: str) -> Organisation | None:
        held = self._held.get(org)
        if held is not None and self.clock() - held[0] < MAX_AGE_SECONDS:
            return held[1]
        return None

    def _load_once(self, org: str) -> Organisation:
        """Read once for all calls that miss the same organisation at the same time."""
        with self._locks[hash(org) % len(self._locks)]:
            return self._find(org) or self.fresh(org)

    def drop(self, org: str) -> None:
        self._drops += 1
        self._held.pop(org, None)

    def listen(self) -> threading.Thread:
        """Follow announcements on a thread (a greenlet under gevent)."""
        thread = threading.Thread(target=self._follow, name="settings-changes", daemon=True)
        thread.start()
        return thread

    def close(self) -> None:
        """Stop listening, within LISTEN_SECONDS."""
        self._ended.set()

    def _follow(self) -> None:
        while not self._ended.is_set():
            try:
                with self.store.redis.pubsub(ignore_subscribe_messages=True) as channel:
                    channel.subscribe(CHANGED)
                    self._held.clear()
                    self._drop_announced(channel)
            except (RedisError, OSError) as error:
                logger.debug("settings announcements interrupted", extra={"cause": repr(error)})
                self._ended.wait(LISTEN_SECONDS)

    def _drop_announced(self, channel: Any) -> None:
        while not self._ended.is_set():
            message = channel.get_message(timeout=LISTEN_SECONDS)
            if message:
                self.drop(message["data"].decode())
