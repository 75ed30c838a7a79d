"""Bounds how many documents a web process receives at once: each is held whole in its memory.

The sender is not authenticated while the body arrives, so the places are shared among addresses.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import gevent

from flowhook.errors import Overloaded
from flowhook.http.body_size import MAX_BODY_BYTES
from flowhook.limits.fair_shares import FairShares

AT_ONCE = 6  # of one address, and a third more in all: some 60 MiB each until they are stored
WAIT_SECONDS = 30.0
LOOK_SECONDS = 0.05
_MOST_DIGITS = 20  # of a length that is turned into a number


class LargeBodies:
    """The places of documents that are being received; a small one needs none."""

    def __init__(self, most: int = AT_ONCE, seconds: float = WAIT_SECONDS) -> None:
        self.shares = FairShares(most)
        self.seconds = seconds

    def take(self, declared: str) -> Callable[[], object] | None:
        """Wait for a place for a body of this Content-Length (empty: unknown); returns what gives
        it back. None where there is none in time."""
        if _is_small(declared):
            return _nothing
        owner = getattr(gevent.getcurrent(), "client", "")
        until = time.monotonic() + self.seconds
        while not self.shares.take(owner):
            if time.monotonic() > until:
                return None
            gevent.sleep(LOOK_SECONDS)
        return lambda: self.shares.give_back(owner)


def busy() -> Overloaded:
    return Overloaded(
        "too many documents arrive at this moment",
        fix="Send it again in a minute, and few documents at a time.",
        retry_after_seconds=60,
    )


def _is_small(declared: str) -> bool:
    """Whether a Content-Length says that a body is none of a document; leading zeros are legal.

    >>> _is_small("1048576"), _is_small("0000000000000000000020971520"), _is_small("")
    (True, False, False)
    """
    if not (declared.isascii() and declared.isdigit()):
        return False
    digits = declared.lstrip("0") or "0"
    return len(digits) <= _MOST_DIGITS and int(digits) <= MAX_BODY_BYTES


def _nothing() -> None:
    """Give back no place."""
