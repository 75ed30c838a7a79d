"""Long work done in turns with the other requests of the process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

SLICE_SECONDS = 0.01
# With 0, gevent would go on with this work up to fifty times before it looks at connections.
PAUSE_SECONDS = 0.000_001

PIECE_BYTES = 64 * 1024  # received in some 0.2 ms
LARGE_BYTES = 1024 * 1024

Piece = TypeVar("Piece")


def give_way() -> None:
    """Let the other requests of the process go on, where long data comes without a wait."""
    time.sleep(PAUSE_SECONDS)


@contextmanager
def one_by_one(size_bytes: int) -> Iterator[None]:
    """Copy large data in the block for one request at a time, and others go on between two.

    Many that arrived together would else all be copied, some 5 ms each, before anybody gets an
    answer.
    """
    if size_bytes < LARGE_BYTES:
        yield
        return
    with _lock():
        yield
        give_way()


@cache
def _lock() -> threading.Lock:
    """The process's lock, made at its first use: gevent has replaced locks by then."""
    return threading.Lock()


def in_turns(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the pieces of long work; every 10 ms, other requests go on between two of them.

    A piece itself is never interrupted where gevent serves. On threads this changes nothing.
    """
    since = time.perf_counter()
    for piece in pieces:
        yield piece
        if time.perf_counter() - since >= SLICE_SECONDS:
            give_way()
            since = time.perf_counter()
