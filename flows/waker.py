"""Wakes contacts whose time has come: a small loop that any process, or several, may run."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from redis.exceptions import RedisError

from errors import Conflict, FlowhookError
from flows.conversations import Conversations

LOOK_SECONDS = 0.5
BUSY_SECONDS = 1.0
AT_ONCE = 32

logger = logging.getLogger(__name__)


class Waker:
    """`start` runs the loop in a thread (a greenlet where gevent serves), `close` ends it."""

    def __init__(self, conversations: Conversations, look_seconds: float = LOOK_SECONDS) -> None:
        self.conversations = conversations
        self.look_seconds = look_seconds
        self._ended = threading.Event()
        self._free = threading.Semaphore(AT_ONCE)
        self._pool: ThreadPoolExecutor | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="waking")
        self._thread = threading.Thread(target=self._run, name="waker", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Claim no more; what is under way goes on to its end."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        if self._pool is not None:
            self._pool.shutdown(wait=True)

    def look(self, most: int = AT_ONCE) -> int:
        """Claim what is due and wake it, one after another; how many there were."""
        claimed = self.conversations.wakeups.claim(self.conversations.now(), most)
        for org, contact in claimed:
            self.wake(org, contact)
        return len(claimed)

    def wake(self, org: str, contact: str) -> None:
        """Wake one claimed contact; one who cannot be woken now is tried again."""
        wakeups = self.conversations.wakeups
        try:
            self.conversations.wake(org, contact)
        except Conflict:  # a turn of this contact is under way
            later = self.conversations.now() + timedelta(seconds=BUSY_SECONDS)
            wakeups.add(org, contact, later)
        except FlowhookError as error:
            what = {"organization_id": org, "cause": error.type}
            logger.warning("a contact could not be woken", extra=what)
        wakeups.done(org, contact)

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._look_wide()
            except (RedisError, OSError) as error:
                logger.warning("waking waits for Redis", extra={"cause": type(error).__name__})
            self._ended.wait(self.look_seconds)

    def _look_wide(self) -> None:
        """Claim only as many as can be woken at once, until nothing more is due."""
        while not self._ended.is_set() and self._free.acquire(timeout=self.look_seconds):
            self._free.release()
            claimed = self.conversations.wakeups.claim(self.conversations.now(), AT_ONCE)
            for org, contact in claimed:
                self._free.acquire()
                self._submit(org, contact)
            if not claimed:
                return

    def _submit(self, org: str, contact: str) -> None:
        def work() -> None:
            try:
                self.wake(org, contact)
            except (RedisError, OSError) as error:  # its claim ends by itself
                logger.warning("a waking failed", extra={"cause": type(error).__name__})
            except Exception:
                logger.exception("a waking failed", extra={"organization_id": org})
            finally:
                self._free.release()

        if self._pool is not None:
            self._pool.submit(work)
