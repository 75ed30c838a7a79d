"""Bounds the connections on which a client has yet to send something: a head, or a body.

Nobody has proven anything on them, so they are shared among addresses and have places of their
own: calls that are answered need none of these. Beyond an address's share its oldest connection is
closed, and beyond the bound in all the oldest of all, so a new connection is never refused.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import gevent

from flowhook.config import Config
from flowhook.limits.fair_shares import FairShares
from flowhook.sender import sender
from service.open_files import raise_limit

FILES_A_WAIT = 4  # so that all waits together hold a third of the open files


class ClientWaits:
    """The running waits of a web process, by the address of the client."""

    def __init__(self, most: int, behind_proxies: bool = False) -> None:
        """`most`: of one address, a third more in all; behind proxies addresses mean nothing."""
        self.shares = FairShares(most)
        self.behind_proxies = behind_proxies
        self._all: OrderedDict[ClientWait, None] = OrderedDict()
        self._by_owner: dict[str, OrderedDict[ClientWait, None]] = {}

    @classmethod
    def of(cls, config: Config) -> ClientWaits:
        """Create them as configured, so that they leave most of the process's files to calls."""
        most = min(config.max_in_flight, raise_limit() // FILES_A_WAIT)
        return cls(most, config.trusted_proxies > 0)

    def name_client(self, address: Any) -> None:
        """Note whose connection the current greenlet serves, given what accept() returned."""
        if not self.behind_proxies:
            gevent.getcurrent().client = sender(str(address[0]))

    def head(self, seconds: float) -> ClientWait:
        """Return a wait for a request's head, to be used with `with`: it ends without an error."""
        return ClientWait(self, seconds, is_head=True)

    def body(self, seconds: float) -> ClientWait:
        """Return a wait for a request's body, as for a head."""
        return ClientWait(self, seconds, is_head=False)

    def heads(self) -> int:
        """Count the connections without a request: on each a head has yet to come."""
        return sum(wait.is_head for wait in self._all)

    def end_heads(self) -> None:
        """End all waits for heads, as if their time were up."""
        for wait in [wait for wait in self._all if wait.is_head]:
            self.remove(wait)
            wait.end_soon()

    def add(self, wait: ClientWait) -> None:
        """Count a wait, and end the oldest if there are too many."""
        owner = wait.owner
        while not self.shares.take(owner):
            oldest = next(iter(self._by_owner.get(owner) or self._all))
            self.remove(oldest)
            oldest.end_soon()
        self._all[wait] = None
        waits = self._by_owner.get(owner)
        if waits is None:
            waits = self._by_owner[owner] = OrderedDict()
        waits[wait] = None

    def remove(self, wait: ClientWait) -> None:
        """Count a wait no more, if it still is."""
        if wait not in self._all:
            return
        del self._all[wait]
        waits = self._by_owner[wait.owner]
        del waits[wait]
        if not waits:
            del self._by_owner[wait.owner]
        self.shares.give_back(wait.owner)


class ClientWait(gevent.Timeout):
    """The time-out of one wait for a client, which may be ended before its time."""

    def __init__(self, waits: ClientWaits, seconds: float, is_head: bool) -> None:
        super().__init__(seconds, False)
        self.is_head = is_head
        self.owner = ""
        self._waits = waits
        self._greenlet: Any = None  # as long as it waits

    def start(self) -> None:
        self._greenlet = gevent.getcurrent()
        self.owner = getattr(self._greenlet, "client", "")
        self._waits.add(self)
        super().start()

    def close(self) -> None:
        self._greenlet = None
        self._waits.remove(self)
        super().close()

    def end_soon(self) -> None:
        """Have the hub end it, like other time-outs, unless it ends by itself before."""
        gevent.get_hub().loop.run_callback(self._end)

    def _end(self) -> None:
        if self._greenlet is not None:
            self._greenlet.throw(self)
