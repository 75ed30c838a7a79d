"""Process liveness: each process renews one lease, which covers all that it holds.

A job or a claim names its holder, `<process>/<number>`; when the process's lease has expired,
others may take over what it held. One round trip every few seconds covers thousands of jobs.
The same heartbeat lists the workers, which the home page counts.
"""

from __future__ import annotations

import itertools
import logging
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from redis.exceptions import RedisError

from flowhook.redis.fullness import refuses_writes
from flowhook.redis.keys import STORE_FORMAT
from flowhook.redis.leases import PROCESS_SECONDS
from flowhook.redis.script import Script

RENEWALS = 5  # within the time after which a process counts as dead
RETRY_SECONDS = 0.3
WORKERS = "fh:workers"  # sorted set: a worker's process and when it renewed last (epoch seconds)

# What the lease holds; that of a process of 0120829 or older is "1". A release that changes the
# names of keys can tell by it whether all who live can find them.
KNOWS = f"format {STORE_FORMAT}"

LEASE = Script(Path(__file__).with_name("lease.lua"))

logger = logging.getLogger(__name__)


class Liveness:
    """This process's heartbeat, from `begin` or its first use on, and checks of other processes."""

    def __init__(
        self,
        redis: Any,
        seconds: float = PROCESS_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.redis = redis
        self.seconds = seconds
        self.clock = clock
        self.process = secrets.token_hex(8)
        self.is_worker = False
        self._numbers = itertools.count(1)
        self._is_known = False  # whether the lease exists
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()

    def holder(self) -> str:
        """Return a new holder name. Raises RedisError if the lease cannot be created."""
        if not self._is_known:
            self._renew()
            self._start()
        return f"{self.process}/{next(self._numbers)}"

    def lives(self, holder: str) -> bool:
        """Tell whether the process of a holder still renews its lease."""
        process = holder.partition("/")[0]
        return process == self.process or bool(self.redis.exists(_key(process)))

    def begin(self) -> None:
        """Renew the lease from now on, or as soon as Redis can be reached."""
        try:
            self._renew()
        except (RedisError, OSError) as error:
            logger.warning("a process is listed later", extra={"cause": type(error).__name__})
        self._start()

    def become_worker(self) -> None:
        """List this process among the workers."""
        self.is_worker = True
        self.begin()

    def workers(self) -> int:
        """Count the live worker processes."""
        since = self.clock() - self.seconds
        return int(self.redis.zcount(WORKERS, since, "+inf"))

    def close(self) -> None:
        """Release everything this process holds."""
        self._ended.set()
        if self._thread is not None:
            try:
                pipe = self.redis.pipeline(transaction=False)
                pipe.delete(_key(self.process))
                pipe.zrem(WORKERS, self.process)
                pipe.execute()
            except RedisError as error:
                logger.debug("the lease lapses by itself", extra={"cause": repr(error)})

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="liveness", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        pause = self.seconds / RENEWALS
        wait = pause
        while not self._ended.wait(wait):
            try:
                self._renew()
                wait = pause
            except (RedisError, OSError) as error:
                logger.warning("the lease waits for Redis", extra={"cause": type(error).__name__})
                wait = min(RETRY_SECONDS, pause)

    def _renew(self) -> None:
        """Renew the lease, even where the store is full; the list of workers may wait then."""
        LEASE.run(self.redis, [_key(self.process)], [round(self.seconds * 1000), KNOWS])
        if self.is_worker:
            self._list()
        self._is_known = True

    def _list(self) -> None:
        now = self.clock()
        pipe = self.redis.pipeline(transaction=False)
        pipe.zremrangebyscore(WORKERS, "-inf", now - self.seconds)
        pipe.zadd(WORKERS, {self.process: now})
        try:
            pipe.execute()
        except RedisError as error:
            if not refuses_writes(error):
                raise


def _key(process: str) -> str:
    return f"fh:process:{process}"
