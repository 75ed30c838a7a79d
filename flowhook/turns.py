"""Long work done in turns with the other requests of the process."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

SLICE_SECONDS = 0.01
# With 0, gevent would go on with this work up to fifty times before it looks at connections.
PAUSE_SECONDS = 0.000_001

Piece = TypeVar("Piece")


def in_turns(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the pieces of long work; every 10 ms, other requests go on between two of them.

    A piece itself is never interrupted where gevent serves. On threads this changes nothing.
    """
    since = time.perf_counter()
    for piece in pieces:
        yield piece
        if time.perf_counter() - since >= SLICE_SECONDS:
            time.sleep(PAUSE_SECONDS)
            since = time.perf_counter()
