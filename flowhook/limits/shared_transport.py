"""A transport whose requests take one of the process's connections, shared among organisations."""

from __future__ import annotations

from collections.abc import Mapping

from flowhook.errors import Overloaded
from flowhook.limits.fair_shares import FairShares
from flowhook.providers.transport import HttpReply
from flowhook.providers.websocket import ConversingTransport, Dialogue

# Requests to providers that one organisation may have under way in a process. All together a third
# more, which is what a pool of the transports holds, so no request waits for a connection.
MOST_REQUESTS = 7_500


class SharedTransport:
    """One organisation's use of a transport; `shares` counts the requests of all."""

    __slots__ = ("org", "shares", "transport")

    def __init__(self, transport: ConversingTransport, shares: FairShares, org: str) -> None:
        self.transport = transport
        self.shares = shares
        self.org = org

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout_seconds: float,
    ) -> HttpReply:
        """Send a request; raises Overloaded where the organisation has too many under way."""
        self._take_place()
        try:
            return self.transport.send(method, url, headers, body, timeout_seconds)
        finally:
            self.shares.give_back(self.org)

    def converse(
        self, url: str, headers: Mapping[str, str], dialogue: Dialogue, timeout_seconds: float
    ) -> HttpReply:
        """Hold a dialogue over a WebSocket, which takes one connection like a request."""
        self._take_place()
        try:
            return self.transport.converse(url, headers, dialogue, timeout_seconds)
        finally:
            self.shares.give_back(self.org)

    def _take_place(self) -> None:
        if not self.shares.take(self.org):
            raise Overloaded(
                f"{self.org} has as many requests to its provider under way as it may",
                retry_after_seconds=1,
            )
