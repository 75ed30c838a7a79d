"""A transport on requests for admin-chosen addresses, limited to those the guard permits."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from ssl import SSLContext

import requests

from flowhook.providers.guarded_transport import (
    AddressesOf,
    Deadline,
    GuardedAdapter,
    trusted_context,
)
from flowhook.providers.requests_transport import RequestsTransport
from flowhook.providers.transport import ConnectionBroken, HttpReply, TimedOut


class GuardedRequestsTransport(RequestsTransport):
    """A session for each exchange, since its deadline is part of it."""

    def __init__(self, addresses_of: AddressesOf) -> None:
        super().__init__()
        self.addresses_of: AddressesOf = addresses_of

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout_seconds: float,
    ) -> HttpReply:
        deadline = Deadline(timeout_seconds)
        adapter = GuardedAdapter(self.addresses_of, deadline, self._context)
        try:
            with requests.Session() as session:
                session.mount("https://", adapter)
                session.mount("http://", adapter)
                session.trust_env = False
                reply = self._exchange(session, method, url, headers, body, timeout_seconds)
        except ConnectionBroken:
            if not deadline.passed:
                raise
        else:
            if not deadline.passed:
                return reply
        finally:
            deadline.close()
        # A reply cut off by the deadline looks broken, or even whole if it gave no length.
        raise TimedOut("no whole answer within the time-out")

    @cached_property
    def _context(self) -> SSLContext:
        return trusted_context()
