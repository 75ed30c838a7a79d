"""Organisations as last read, at most one second old.

A change is announced to every process, which drops what it holds; where the announcement is
lost (Redis was away), age does the same within the second. Inside that second an organisation
that was read can still be served without Redis.
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

from flowhook.organisations.organisation import Organisation
from flowhook.organisations.store import CHANGED, SettingsStore

MAX_AGE_SECONDS = 1.0
MAX_ORGANISATIONS = 20_000
PAUSE_SECONDS = 0.5  # after Redis failed, calls fail at once this long instead of queueing
LISTEN_SECONDS = 0.5  # a blocking read must end before the client's socket time-out

logger = logging.getLogger(__name__)


class SettingsCache:
    """`get(org)` from memory or the store; `listen` follows the announcements."""

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
        """Read from the store now. Only organisations that exist are held.

        Nor is held what may have been read just before a change that was announced meanwhile.
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
        """One read for all the calls that miss the same organisation at once."""
        with self._locks[hash(org) % len(self._locks)]:
            return self._find(org) or self.fresh(org)

    def drop(self, org: str) -> None:
        self._drops += 1
        self._held.pop(org, None)

    def listen(self) -> threading.Thread:
        """Follow announcements on a thread (a greenlet where gevent serves)."""
        thread = threading.Thread(target=self._follow, name="settings-changes", daemon=True)
        thread.start()
        return thread

    def close(self) -> None:
        """End the listening, within the moment it looks up next."""
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
