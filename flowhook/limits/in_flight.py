"""The calls that a process answers at once, shared among organisations."""

from __future__ import annotations

from flowhook.errors import Overloaded
from flowhook.limits.fair_shares import FairShares
from flowhook.records.metrics import IN_FLIGHT

RETRY_SECONDS = 1


class InFlight:
    """Counts this process's calls; each is answered inside `with in_flight.place(org)`."""

    def __init__(self, most: int) -> None:
        """`most`: how many of one organisation are answered at once; others have places beside."""
        self.shares = FairShares(most)

    def place(self, org: str) -> Place:
        """Return a place for a call; entering it raises Overloaded where the share is taken."""
        return Place(self.shares, org)


class Place:
    """The place of one call, held inside `with`."""

    __slots__ = ("org", "shares")

    def __init__(self, shares: FairShares, org: str) -> None:
        self.shares = shares
        self.org = org

    def __enter__(self) -> None:
        if not self.shares.take(self.org):
            raise Overloaded(
                f"this process answers as many calls of {self.org} as it can",
                fix=(
                    "Try again as Retry-After says; if it lasts, find out whether the"
                    " organisation's provider hangs, or the operator adds capacity."
                ),
                retry_after_seconds=RETRY_SECONDS,
            )
        IN_FLIGHT.inc()

    def __exit__(self, *_exception: object) -> None:
        self.shares.give_back(self.org)
        IN_FLIGHT.dec()
