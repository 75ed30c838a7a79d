"""The thread that writes what is queued: woken, in batches, patient, and ended in time."""

from __future__ import annotations

import threading

import pytest
from redis.exceptions import ConnectionError

from flowhook.redis.flushing import FlushingThread
from tests.waiting import wait_for


class Queue:
    """Values that are written batch by batch; `faults` are raised first, one a flush."""

    def __init__(self, *faults: Exception, batch_seconds: float = 0.001) -> None:
        self.waiting: list[int] = []
        self.batches: list[list[int]] = []
        self.faults = list(faults)
        self.lock = threading.Lock()
        self.may_flush = threading.Event()
        self.may_flush.set()
        self.thread = FlushingThread("test", self.flush, batch_seconds, 0.001)

    def put(self, value: int) -> None:
        with self.lock:
            self.waiting.append(value)
        if not self.thread.is_awake.is_set():
            self.thread.wake()

    def flush(self) -> None:
        assert self.may_flush.wait(10)
        with self.lock:
            if self.faults:
                raise self.faults.pop(0)
            batch, self.waiting = self.waiting, []
            if batch:
                self.batches.append(batch)

    @property
    def written(self) -> list[int]:
        return [value for batch in self.batches for value in batch]


def test_all_is_written_in_order() -> None:
    queue = Queue()
    for value in range(1000):
        queue.put(value)
    wait_for(lambda: queue.written == list(range(1000)), "all to be written")
    queue.thread.close()


def test_what_comes_while_a_flush_goes_on_shares_the_next() -> None:
    queue = Queue()
    queue.may_flush.clear()
    queue.put(0)
    wait_for(lambda: not queue.thread.is_awake.is_set(), "the first flush to begin")
    for value in range(1, 100):
        queue.put(value)
    queue.may_flush.set()
    wait_for(lambda: len(queue.written) == 100, "all to be written")
    assert len(queue.batches) <= 2
    queue.thread.close()


def test_the_first_after_a_quiet_moment_does_not_wait_for_a_batch() -> None:
    queue = Queue(batch_seconds=3600)
    queue.put(1)
    wait_for(lambda: queue.written == [1], "the first to be written at once")


def test_while_redis_is_away_it_tries_again() -> None:
    queue = Queue(ConnectionError("away"), OSError("away"), ConnectionError("away"))
    queue.put(1)
    wait_for(lambda: queue.written == [1], "it to be written")
    assert not queue.faults
    queue.thread.close()


def test_what_nobody_foresaw_does_not_end_it() -> None:
    queue = Queue(KeyError("a slot that no node has"))
    queue.put(1)
    wait_for(lambda: queue.written == [1], "it to be written")
    queue.thread.close()


def test_close_writes_the_rest_and_ends_the_thread() -> None:
    queue = Queue()
    queue.put(1)
    thread = queue.thread._thread
    assert thread is not None
    queue.may_flush.clear()
    queue.put(2)
    queue.may_flush.set()
    queue.thread.close()
    assert queue.written == [1, 2]
    wait_for(lambda: not thread.is_alive(), "the thread to end")


def test_close_tells_what_could_not_be_written() -> None:
    queue = Queue()
    queue.faults = [ConnectionError("away")]
    with pytest.raises(ConnectionError):
        queue.thread.close()


def test_a_thread_that_nobody_woke_is_closed_all_the_same() -> None:
    Queue().thread.close()
