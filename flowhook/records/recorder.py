"""Writes log entries asynchronously, in batches; the hot path only appends to a queue.

The queue is bounded, in entries and in bytes: while Redis is unavailable or full the newest entries
wait, and what does not fit is counted and dropped from the organisation's log (never from standard
output).
"""

from __future__ import annotations

import logging
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TextIO

import orjson
from redis.exceptions import RedisError

from flowhook.records.batch import Batch, batches_of
from flowhook.records.log_entry import LogEntry
from flowhook.redis.flushing import FlushingThread
from flowhook.timestamps import timestamp_of

BATCH_SECONDS = 0.02
WRITTEN_SECONDS = 2 * BATCH_SECONDS  # by then a call that was answered is in Redis
BATCH_ENTRIES = 500
BATCH_BYTES = 4 * 1024 * 1024  # of requests and answers, here and in the queue
QUEUE_ENTRIES = 20_000
QUEUE_BYTES = 32 * 1024 * 1024
RETRY_SECONDS = 0.5

logger = logging.getLogger(__name__)


class Sink(Protocol):
    """A destination of batches: the organisations' logs, usage, last uses of tokens."""

    def add_to(self, pipe: Any, batches: Sequence[Batch]) -> None:
        """Add the commands for these batches, each of another organisation, to a pipeline."""


class Recorder:
    """A bounded queue and one thread (greenlet) that empties it."""

    def __init__(
        self,
        redis: Any,
        sinks: Sequence[Sink],
        stream: TextIO | None = None,
        dropped: Callable[[int], object] = int,
        exists: Callable[[str], bool] = bool,
        count: Callable[[LogEntry], object] = id,
    ) -> None:
        """`dropped` is called with the number of entries that were not stored, `count` at once with
        every entry.

        `exists` tells whether an organisation exists: a call that ends after its organisation was
        deleted leaves nothing behind.
        """
        self.redis = redis
        self.sinks = sinks
        self.stream = stream
        self.dropped = dropped
        self.exists = exists
        self.count = count
        self._queue: deque[LogEntry] = deque()
        self._bytes = 0  # of the queue
        self._changing = threading.Lock()  # the queue, with its bytes
        self._batch: list[LogEntry] = []  # on standard output, not yet in Redis
        self._writing = threading.Lock()
        self._thread = FlushingThread("recorder", self.flush, BATCH_SECONDS, RETRY_SECONDS)

    def record(self, entry: LogEntry) -> None:
        """Count and queue an entry; never blocks, never fails a call."""
        self.count(entry)
        size = len(entry.body())
        with self._changing:
            self._queue.append(entry)
            self._bytes += size
            oldest = self._too_many()
        if oldest:
            self._print(oldest)
            self.dropped(len(oldest))
        if not self._thread.is_awake.is_set():
            self._thread.wake()

    def flush(self) -> None:
        """Write what is queued now; raises RedisError if it cannot."""
        with self._writing:
            while self._batch or self._queue:
                if not self._batch:
                    self._batch = self._take()
                    self._print(self._batch)
                try:
                    self._write(self._batch)
                except (RedisError, OSError):
                    raise
                except Exception:
                    logger.exception("a batch of log entries could not be written at once")
                    self._write_singly()
                self._batch = []

    def close(self) -> None:
        """Write the rest and end the thread; what cannot be stored is only on standard output."""
        try:
            self._thread.close()
        except (RedisError, OSError):
            self.dropped(len(self._batch) + len(self._queue))
            self._print(list(self._queue))
            self._queue.clear()

    def _too_many(self) -> list[LogEntry]:
        """Take the oldest entries until the rest is within the bounds."""
        taken: list[LogEntry] = []
        while len(self._queue) > QUEUE_ENTRIES or self._bytes > QUEUE_BYTES:
            taken.append(self._oldest())
        return taken

    def _take(self) -> list[LogEntry]:
        """Take the next batch."""
        batch: list[LogEntry] = []
        size = 0
        with self._changing:
            while self._queue and len(batch) < BATCH_ENTRIES and size < BATCH_BYTES:
                batch.append(self._oldest())
                size += len(batch[-1].body())
        return batch

    def _oldest(self) -> LogEntry:
        entry = self._queue.popleft()
        self._bytes -= len(entry.body())
        return entry

    def _write_singly(self) -> None:
        """Write a batch's entries one by one, leaving out those that a sink cannot store."""
        while self._batch:
            try:
                self._write(self._batch[:1])
            except (RedisError, OSError):
                raise
            except Exception:
                logger.exception("a log entry could not be written")
                self.dropped(1)
            del self._batch[0]

    def _write(self, entries: list[LogEntry]) -> None:
        batches = [
            batch
            for batch in batches_of(entries)
            if batch.organization_id is None or self.exists(batch.organization_id)
        ]
        pipe = self.redis.pipeline(transaction=False)
        for sink in self.sinks:
            sink.add_to(pipe, batches)
        pipe.execute()

    def _print(self, entries: list[LogEntry]) -> None:
        lines = b"".join(_line(entry) for entry in entries)
        stream = self.stream or sys.stdout
        stream.write(lines.decode())
        stream.flush()


def _line(entry: LogEntry) -> bytes:
    line = {
        "time": timestamp_of(int(entry.at * 1000)),
        "level": "INFO",
        "event": "webhook_call",
        **entry.summary(),
    }
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
