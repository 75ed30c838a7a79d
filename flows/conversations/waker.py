"""Wakes contacts when they are due, in a loop that several processes may run."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Protocol

from redis.exceptions import RedisError

from flowhook.errors import Conflict, FlowhookError, Internal
from flowhook.limits.fair_shares import FairLine, FairShares
from flowhook.redis.fullness import away_level
from flows.conversations.conversations import Conversations
from flows.conversations.wakeups import WakeupClaim

LOOK_SECONDS = 0.5
BUSY_SECONDS = 1.0
LOCKED_SECONDS = 3600.0
SWEEP_SECONDS = 5.0
SET_BACK_SECONDS = 2.0  # by which a clock must be set back to be noticed
AT_ONCE = 32
MOST_HELD = 10_000  # contacts whose organisation has its share; the claims of others lapse

logger = logging.getLogger(__name__)


class WakeSource(Protocol):
    """A channel with received messages to process and messages to send."""

    def take_in(self, org: str, contact: str) -> bool:
        """Process the contact's messages and send the answers; returns whether a turn ran."""

    def sweep(self) -> None:
        """Wake all contacts whose wake-up was lost."""


class Waker:
    """Runs the wake-up loop in a thread (a greenlet under gevent), from `start` to `close`.

    Many contacts are processed at a time: most of them wait for a model, and a timer that is due
    meanwhile must not wait for them. Up to `at_once` are of one organisation; its others are held
    back, and claimed again when their claim lapses.
    """

    def __init__(
        self,
        conversations: Conversations,
        sources: Sequence[WakeSource] = (),
        look_seconds: float = LOOK_SECONDS,
        at_once: int = AT_ONCE,
        most_held: int = MOST_HELD,
        sweeps: Sequence[Callable[[], object]] = (),
    ) -> None:
        """`sweeps` are called every few seconds, beside those of the sources."""
        self.conversations = conversations
        self.sources = sources
        self.look_seconds = look_seconds
        self._ended = threading.Event()
        self._shares = FairShares(at_once)
        self._line: FairLine[WakeupClaim] = FairLine(self._shares)  # claimed, and not yet begun
        self._lock = threading.Lock()  # around the two above
        self._freed = threading.Event()
        self._most_held = most_held
        self.sweeps = (*(source.sweep for source in sources), *sweeps)
        self._pool: ThreadPoolExecutor | None = None
        self._thread: threading.Thread | None = None
        self._lead = self._measure_lead()

    def start(self) -> None:
        self._pool = ThreadPoolExecutor(self._shares.places, thread_name_prefix="waking")
        self._thread = threading.Thread(target=self._run, name="waker", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop claiming, and wait until the running work is finished."""
        with self._lock:
            self._ended.set()
        if self._thread is not None:
            self._thread.join()
        if self._pool is not None:
            self._pool.shutdown(wait=True)
        while len(self._line):
            claim = self._line.drain()
            self._again(claim, 0.0)
            self.conversations.wakeups.done(claim, self.conversations.now())

    def look(self, most: int = AT_ONCE) -> int:
        """Claim due contacts and wake them one after another; returns their number."""
        claimed = self.conversations.wakeups.claim(self.conversations.now(), most)
        for claim in claimed:
            self.wake(claim)
        return len(claimed)

    def notice_clock(self) -> None:
        """Where the clock was set back, bring forward what would otherwise be due that much later.

        A wake-up that is too early does no harm: the session says whether its time has come.
        """
        lead = self._measure_lead()
        if self._lead - lead > SET_BACK_SECONDS:
            seconds = self._lead - lead
            logger.warning("the clock was set back", extra={"seconds": round(seconds)})
            self.conversations.wakeups.bring_forward(self.conversations.now(), seconds)
        self._lead = lead

    def _measure_lead(self) -> float:
        """By how much the clock is ahead of one that is never set."""
        return self.conversations.now().timestamp() - time.monotonic()

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
                self.notice_clock()
                if time.monotonic() - swept > SWEEP_SECONDS:
                    swept = time.monotonic()
                    for sweep in self.sweeps:
                        sweep()
                self._look_wide()
            except (RedisError, OSError) as error:
                told = {"cause": type(error).__name__}
                logger.log(away_level(error), "waking waits for Redis", extra=told)
            self._ended.wait(self.look_seconds)

    def _look_wide(self) -> None:
        """Claim only as many contacts as can be woken now, until nothing more is due."""
        while not self._ended.is_set() and (free := self._wait_until_free()):
            claimed = self.conversations.wakeups.claim(self.conversations.now(), free)
            for claim in claimed:
                self._hold(claim)
            self._begin()
            if len(claimed) < free:
                return

    def _wait_until_free(self) -> int:
        """Return how many places are free, waiting briefly for the first."""
        self._freed.clear()
        if not self._shares.free:
            self._freed.wait(self.look_seconds)
        return self._shares.free

    def _hold(self, claim: WakeupClaim) -> None:
        """Put a claim in line; one that must wait behind too many lapses, and is due again then."""
        with self._lock:
            if len(self._line) < self._most_held or self._shares.has_room(claim.org):
                self._line.put(claim.org, claim)

    def _begin(self) -> None:
        """Wake the claimed contacts for which there is a place."""
        with self._lock:
            while self._pool is not None and not self._ended.is_set():
                taken = self._line.take()
                if taken is None:
                    return
                self._pool.submit(self._work, taken[1])

    def _work(self, claim: WakeupClaim) -> None:
        try:
            if claim.until > self.conversations.now().timestamp() * 1000:
                self.wake(claim)
        except (RedisError, OSError) as error:  # its claim expires
            logger.warning("a waking failed", extra={"cause": type(error).__name__})
        except Exception:
            logger.exception("a waking failed", extra={"organization_id": claim.org})
        finally:
            with self._lock:
                self._shares.give_back(claim.org)
            self._freed.set()
            self._begin()
