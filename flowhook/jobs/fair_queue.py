"""The queue between a worker's consumers and its threads, fair among organisations.

A message whose organisation holds its share of the threads waits here, in order and unacknowledged,
and occupies no thread: if this process dies, the broker delivers it again.
"""

from __future__ import annotations

import queue
from typing import Any

from flowhook.jobs.call import organisation_of_job
from flowhook.limits.fair_shares import FairLine, FairShares


class FairQueue(queue.Queue[Any]):
    """A queue of dramatiq's work items; `get` takes a thread for the organisation it is for."""

    def __init__(self, shares: FairShares) -> None:
        self.line: FairLine[Any] = FairLine(shares)
        self.closed = False
        super().__init__()

    def leave(self, message: Any) -> None:
        """Give the thread back that processed a message."""
        with self.mutex:
            self.line.shares.give_back(owner_of(message))
            self.not_empty.notify()

    def close(self) -> None:
        """Hand out nothing more: whoever waits in `get`, and whoever calls it, gets queue.Empty."""
        with self.mutex:
            self.closed = True
            self.not_empty.notify_all()

    def held_back(self) -> int:
        """Count the messages that wait for their organisation's share."""
        with self.mutex:
            return self.line.held_back()

    def get_nowait(self) -> Any:
        """Return any message, without a thread for it: a worker that ends gives them all back."""
        with self.mutex:
            if not len(self.line):
                raise queue.Empty
            return self.line.drain()

    # What queue.Queue calls while it holds the lock.

    def _init(self, maxsize: int) -> None:
        pass

    def _qsize(self) -> int:
        return self.closed or self.line.is_ready()

    def _put(self, item: Any) -> None:
        self.line.put(owner_of(item.message), item)

    def _get(self) -> Any:
        if self.closed:
            raise queue.Empty
        _owner, item = self.line.take() or ("", None)  # there is one: _qsize said so
        return item


def owner_of(message: Any) -> str:
    """Return the organisation a message is for, or "" for one that names none."""
    return organisation_of_job(str(message.args[0])) or "" if message.args else ""
