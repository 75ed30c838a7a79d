"""A thread (greenlet) that writes queued data to Redis in batches, and retries until it succeeds.

The first item after a pause is written at once; items that come during a write share the next.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from redis.exceptions import RedisError

from flowhook.redis.fullness import away_level

logger = logging.getLogger(__name__)


class FlushingThread:
    """Calls `flush` when woken; it writes what is queued, or raises RedisError or OSError.

    After a failure it is called again every `retry_seconds`, otherwise at most once in
    `batch_seconds`.
    """

    def __init__(
        self, name: str, flush: Callable[[], None], batch_seconds: float, retry_seconds: float
    ) -> None:
        self.name = name
        self.flush = flush
        self.batch_seconds = batch_seconds
        self.retry_seconds = retry_seconds
        self.is_awake = threading.Event()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Signal that data is queued. Hot paths may skip the call while `is_awake` is set."""
        if self._thread is None:
            self._start()
        self.is_awake.set()

    def close(self) -> None:
        """End the thread, and flush once more; raises what `flush` raises."""
        self._ended.set()
        self.is_awake.set()
        self.flush()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._ended.is_set():
            self.is_awake.wait()
            self.is_awake.clear()
            try:
                self.flush()
                time.sleep(self.batch_seconds)
            except (RedisError, OSError) as error:
                what = {"writer": self.name, "cause": type(error).__name__}
                logger.log(away_level(error), "a writer waits for Redis", extra=what)
                self._again()
            except Exception:
                logger.exception("a writer failed", extra={"writer": self.name})
                self._again()

    def _again(self) -> None:
        self.is_awake.set()
        time.sleep(self.retry_seconds)
