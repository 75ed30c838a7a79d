"""Wakes contacts when they are due, in a loop that several processes may run."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Protocol

from redis.exceptions import RedisError

from flowhook.errors import Conflict, FlowhookError, Internal
from flowhook.redis.fullness import away_level
from flows.conversations.conversations import Conversations
from flows.conversations.wakeups import WakeupClaim

LOOK_SECONDS = 0.5
BUSY_SECONDS = 1.0
LOCKED_SECONDS = 3600.0
SWEEP_SECONDS = 5.0
AT_ONCE = 32

logger = logging.getLogger(__name__)


class WakeSource(Protocol):
    """A channel with received messages to process and messages to send."""

    def take_in(self, org: str, contact: str) -> bool:
        """Process the contact's messages and send the answers; returns whether a turn ran."""

    def sweep(self) -> None:
        """Wake all contacts whose wake-up was lost."""


class Waker:
    """Runs the wake-up loop in a thread (a greenlet under gevent), from `start` to `close`.

    Up to `at_once` contacts are processed at a time: most of them wait for a model, and a timer
    that is due meanwhile must not wait for them.
    """

    def __init__(
        self,
        conversations: Conversations,
        sources: Sequence[WakeSource] = (),
        look_seconds: float = LOOK_SECONDS,
        at_once: int = AT_ONCE,
    ) -> None:
        self.conversations = conversations
        self.sources = sources
        self.look_seconds = look_seconds
        self._ended = threading.Event()
        self.at_once = at_once
        self._free = threading.Semaphore(at_once)
        self._pool: ThreadPoolExecutor | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._pool = ThreadPoolExecutor(self.at_once, thread_name_prefix="waking")
        self._thread = threading.Thread(target=self._run, name="waker", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop claiming, and wait until the running work is finished."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        if self._pool is not None:
            self._pool.shutdown(wait=True)

    def look(self, most: int = AT_ONCE) -> int:
        """Claim due contacts and wake them one after another; returns their number."""
        claimed = self.conversations.wakeups.claim(self.conversations.now(), most)
        for claim in claimed:
            self.wake(claim)
        return len(claimed)

    def wake(self, claim: WakeupClaim) -> None:
        """Wake one claimed contact; retried later if it cannot be woken now."""
        org, contact = claim.org, claim.contact
        came_in = [source.take_in(org, contact) for source in self.sources]
        if not any(came_in):
            self._wake_up(claim)
            self.conversations.send_out(org, contact)
        self.conversations.wakeups.done(claim, self.conversations.now())

    def _wake_up(self, claim: WakeupClaim) -> None:
        """Run the contact's timers, and flows that other contacts' flows started.

        Not called after a turn for a message: these have a wake-up of their own then.
        """
        try:
            self.conversations.wake(claim.org, claim.contact)
        except Conflict:  # another turn of this contact is running
            self._again(claim, BUSY_SECONDS)
        except FlowhookError as error:
            what = {"organization_id": claim.org, "cause": error.type}
            logger.warning("a contact could not be woken", extra=what)
            if isinstance(error, Internal):  # cannot be decrypted; its key may be restored
                self._again(claim, LOCKED_SECONDS)

    def _again(self, claim: WakeupClaim, seconds: float) -> None:
        later = self.conversations.now() + timedelta(seconds=seconds)
        self.conversations.wakeups.add(claim.org, claim.contact, later)

    def _run(self) -> None:
        swept = time.monotonic()
        while not self._ended.is_set():
            try:
                if time.monotonic() - swept > SWEEP_SECONDS:
                    swept = time.monotonic()
                    for source in self.sources:
                        source.sweep()
                self._look_wide()
            except (RedisError, OSError) as error:
                told = {"cause": type(error).__name__}
                logger.log(away_level(error), "waking waits for Redis", extra=told)
            self._ended.wait(self.look_seconds)

    def _look_wide(self) -> None:
        """Claim only as many contacts as can be woken now, until nothing more is due."""
        while not self._ended.is_set() and (free := self._take_free()):
            claimed: list[WakeupClaim] = []
            try:
                claimed = self.conversations.wakeups.claim(self.conversations.now(), free)
            finally:
                for _ in range(free - len(claimed)):
                    self._free.release()
            for claim in claimed:
                self._submit(claim)
            if len(claimed) < free:
                return

    def _take_free(self) -> int:
        """Take all free places, waiting briefly for the first; returns their number."""
        if not self._free.acquire(timeout=self.look_seconds):
            return 0
        taken = 1
        while self._free.acquire(blocking=False):
            taken += 1
        return taken

    def _submit(self, claim: WakeupClaim) -> None:
        def work() -> None:
            try:
                self.wake(claim)
            except (RedisError, OSError) as error:  # its claim expires
                logger.warning("a waking failed", extra={"cause": type(error).__name__})
            except Exception:
                logger.exception("a waking failed", extra={"organization_id": claim.org})
            finally:
                self._free.release()

        if self._pool is not None:
            self._pool.submit(work)
