"""How full the store is: each process looks once a second, so that no call has to ask.

Near its bound the store is reported; nearer, new work is refused, and the rest of the room is for
what finishes the work that was accepted. Nothing is dropped to make room.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from redis.exceptions import OutOfMemoryError, RedisError, ResponseError

from flowhook.errors import Overloaded, StoreAway, StoreFull
from flowhook.frames import drop_frames
from flowhook.redis.servers import server_infos

LOOK_SECONDS = 1.0
RETRY_SECONDS = 10  # Retry-After of what is refused
FINE, NEAR, FULL = "fine", "near", "full"
BEGINS = {NEAR: 0.85, FULL: 0.95}
EASED = 0.03  # a state ends this much below where it begins, so that it does not come and go
SECTIONS = ("memory", "persistence")
TOLD = "fh:store:told"  # the state that was logged last, by whichever process
TOLD_SECONDS = 30 * 86_400
MEBIBYTE = 1024 * 1024

FIX = (
    "Raise EMBEDDED_MAX_MEMORY (or the Redis server's maxmemory), or keep less: docs/operations.md,"
    " What one organisation can take, says what takes the room."
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fill:
    """The bytes that a server of the store uses, and its bound; 0 where it has none."""

    used: int = 0
    most: int = 0
    is_disk_full: bool = False

    @property
    def part(self) -> float:
        if self.is_disk_full:
            return 1.0
        return self.used / self.most if self.most else 0.0

    def words(self) -> str:
        """Such as "the store is 87 % full (890 of 1,024 MiB)"."""
        if self.is_disk_full:
            return "the store cannot write to its disk"
        used, most = self.used // MEBIBYTE, self.most // MEBIBYTE
        return f"the store is {int(self.part * 100)} % full ({used:,} of {most:,} MiB)"


class Fullness:
    """The store's fill and state, at most a second old once the process works."""

    def __init__(self, redis: Any) -> None:
        self.redis = redis
        self.fill = Fill()
        self.state = FINE
        self._has_looked = False
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()

    @property
    def is_full(self) -> bool:
        """Whether new work is refused; asks no server."""
        if self._thread is None:
            self._start()
        return self.state == FULL

    @property
    def most(self) -> int:
        """The store's bound in bytes; 0 where it has none, or is not known yet."""
        if self._thread is None:
            self._start()
        return self.fill.most

    def check(self) -> None:
        """Admit new work. Raises StoreFull."""
        if self.is_full:
            raise store_is_full()

    def look(self) -> Fill:
        """Ask the store now, and log a change of its state once. Raises RedisError."""
        try:
            self.fill = max(_fills(self.redis), key=lambda fill: fill.part)
        except ResponseError as error:  # a server that does not tell
            drop_frames(error)
            self.fill = Fill()
        before, self.state = self.state, self._judge(self.fill.part)
        is_first, self._has_looked = not self._has_looked, True
        if self.state != before or (is_first and self.redis.exists(TOLD)):
            self._tell()
        return self.fill

    def close(self) -> None:
        self._ended.set()

    def _judge(self, part: float) -> str:
        for state in (FULL, NEAR):
            held = self.state in (FULL, state)
            if part >= BEGINS[state] - (EASED if held else 0.0):
                return state
        return FINE

    def _tell(self) -> None:
        """Log the state, unless another process has."""
        try:
            told = self.redis.set(TOLD, self.state, get=True, ex=TOLD_SECONDS)
        except RedisError:  # it takes no writes any more
            told = None
        if told == self.state.encode():
            return
        what: dict[str, Any] = {"used_bytes": self.fill.used, "max_bytes": self.fill.most}
        if self.state == FINE:
            logger.info("the store has room again", extra=what)
        elif self.state == NEAR:
            logger.warning(self.fill.words(), extra={**what, "fix": FIX})
        else:
            words = f"{self.fill.words()}: new work is refused"
            logger.error(words, extra={**what, "fix": FIX})

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="fullness", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self.look()
            except (RedisError, OSError) as error:
                logger.debug("the store was not looked at", extra={"cause": type(error).__name__})
            self._ended.wait(LOOK_SECONDS)


def refuses_writes(failure: Exception) -> bool:
    """Whether Redis answered that it is out of memory, or cannot write to its disk."""
    if isinstance(failure, OutOfMemoryError):
        return True
    text = str(failure) if isinstance(failure, ResponseError) else ""
    return "OOM command not allowed" in text or "MISCONF" in text


def away_level(failure: Exception) -> int:
    """Return at which level a writer that waits logs this; that the store is full is logged once,
    by Fullness."""
    return logging.DEBUG if refuses_writes(failure) else logging.WARNING


def store_is_full() -> StoreFull:
    return StoreFull("the store is full, so new work is refused", retry_after_seconds=RETRY_SECONDS)


def store_error(failure: Exception, otherwise: str) -> Overloaded:
    """Return the error of a store that is full, or of one that cannot be reached."""
    return store_is_full() if refuses_writes(failure) else StoreAway(otherwise)


def _fills(redis: Any) -> Iterable[Fill]:
    """The fill of each primary of the store."""
    return [
        Fill(
            int(info["used_memory"]),
            int(info.get("maxmemory", 0)),
            info.get("aof_last_write_status", "ok") != "ok",
        )
        for info in server_infos(redis, *SECTIONS)
    ]
