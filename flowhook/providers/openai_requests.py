"""One request to OpenAI's API: its retries by the provider's own rules, its end in time.

Source: retry policy of the openai Python client.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from flowhook.backoff import Backoff
from flowhook.errors import FlowhookError, ProviderError, ProviderTimeout, ProviderUnavailable
from flowhook.providers.account import Account
from flowhook.providers.circuit import Circuit
from flowhook.providers.openai_errors import (
    MAX_RETRY_AFTER_SECONDS,
    ErrorReply,
    Unsupported,
    raised,
    retry_after_seconds,
    transport_error,
)
from flowhook.providers.transport import (
    ConnectionBroken,
    HttpReply,
    TimedOut,
    Transport,
    TransportError,
    Unreachable,
)

MAX_RETRIES = 2
BACKOFF = Backoff(first_seconds=0.5, factor=2, longest_seconds=8.0)


class Requests:
    """Those of one account, over a transport that is shared by all."""

    def __init__(
        self,
        account: Account,
        transport: Transport,
        circuit: Circuit,
        sleep: Callable[[float], None],
    ) -> None:
        self.account = account
        self.transport = transport
        self.circuit = circuit
        self.sleep = sleep

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None,
        deadline: float,
        content_type: str = "application/json",
    ) -> HttpReply:
        """One request with its retries, as far as the account's circuit lets it."""
        self.circuit.admit()
        try:
            reply = self._retry(method, path, body, deadline, content_type)
        except (ProviderUnavailable, ProviderError, ProviderTimeout):
            self.circuit.failed()
            raise
        except (FlowhookError, Unsupported):
            self.circuit.answered()
            raise
        self.circuit.answered()
        return reply

    def _retry(
        self, method: str, path: str, body: bytes | None, deadline: float, content_type: str
    ) -> HttpReply:
        for retries_left in range(MAX_RETRIES, -1, -1):
            try:
                reply = self._send(method, path, body, deadline, content_type)
            except (Unreachable, ConnectionBroken) as failure:
                if not retries_left or not self._pause(None, retries_left, deadline):
                    raise transport_error(failure) from None
                continue
            except TransportError as failure:
                raise transport_error(failure) from None
            if reply.status == 200:
                return reply
            error = ErrorReply(reply)
            if not error.should_retry() or not retries_left:
                raise raised(error)
            if not self._pause(reply, retries_left, deadline):
                raise raised(error)
        raise AssertionError("the last try returns or raises")

    def _send(
        self, method: str, path: str, body: bytes | None, deadline: float, content_type: str
    ) -> HttpReply:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimedOut("no time left")
        headers = {"Content-Type": content_type, **self.account.headers()}
        return self.transport.send(method, self.account.base_url + path, headers, body, left)

    def _pause(self, reply: HttpReply | None, retries_left: int, deadline: float) -> bool:
        """Wait before the next try; False where the wait would not fit."""
        asked = retry_after_seconds(reply.headers) if reply else None
        if asked is not None and asked > MAX_RETRY_AFTER_SECONDS:
            return False
        pause = BACKOFF.spread(MAX_RETRIES - retries_left + 1) if asked is None else asked
        if time.monotonic() + pause >= deadline:
            return False
        self.sleep(pause)
        return True
