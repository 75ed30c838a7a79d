"""Sends a request to a provider, with retries by its own rules, before a deadline.

Source: retry policy of the openai Python client.
"""

from __future__ import annotations

import email.utils
import re
import time
from collections.abc import Callable, Mapping

from flowhook.backoff import Backoff
from flowhook.errors import (
    FlowhookError,
    InvalidResponse,
    ProviderError,
    ProviderFailure,
    ProviderTimeout,
    ProviderUnavailable,
)
from flowhook.providers.circuit import Circuit
from flowhook.providers.dialect import Dialect, Unsupported
from flowhook.providers.transport import (
    ConnectionBroken,
    HttpReply,
    ReplyTooLarge,
    TimedOut,
    TransportError,
    Unreachable,
)
from flowhook.providers.websocket import ConversingTransport, Dialogue

MAX_RETRIES = 2
SUCCESSES = frozenset({200, 201, 202})
Exchange = Callable[[float], HttpReply]
"""One try, within so many seconds."""

BACKOFF = Backoff(first_seconds=0.5, factor=2, longest_seconds=8.0)
MAX_RETRY_AFTER_SECONDS = 120.0


class Requests:
    """Sends the requests of one account, over a transport that is shared by all."""

    def __init__(
        self,
        dialect: Dialect,
        transport: ConversingTransport,
        circuit: Circuit,
        sleep: Callable[[float], None],
    ) -> None:
        self.dialect = dialect
        self.transport = transport
        self.circuit = circuit
        self.sleep = sleep

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        deadline: float,
    ) -> HttpReply:
        """Return the reply of a success, retried as far as the account's circuit lets it.

        `deadline` is a time of the monotonic clock. Raises the dialect's exception for an error.
        """
        return self._guarded(
            lambda seconds: self.transport.send(method, url, headers, body, seconds), deadline
        )

    def converse(
        self, url: str, headers: Mapping[str, str], dialogue: Dialogue, deadline: float
    ) -> HttpReply:
        """Return the outcome of a dialogue over a WebSocket, with the retries of a request."""
        return self._guarded(
            lambda seconds: self.transport.converse(url, headers, dialogue, seconds), deadline
        )

    def _guarded(self, exchange: Exchange, deadline: float) -> HttpReply:
        self.circuit.admit()
        try:
            reply = self._retry(exchange, deadline)
        except (ProviderUnavailable, ProviderError, ProviderTimeout):
            self.circuit.failed()
            raise
        except (FlowhookError, Unsupported):
            self.circuit.answered()
            raise
        self.circuit.answered()
        return reply

    def _retry(self, exchange: Exchange, deadline: float) -> HttpReply:
        for retries_left in range(MAX_RETRIES, -1, -1):
            try:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimedOut("no time left")
                reply = exchange(left)
            except (Unreachable, ConnectionBroken) as failure:
                if not retries_left or not self._pause(None, retries_left, deadline):
                    raise transport_error(failure) from None
                continue
            except TransportError as failure:
                raise transport_error(failure) from None
            if reply.status in SUCCESSES:
                reply = self.dialect.with_true_status(reply)
                if reply.status in SUCCESSES:
                    return reply
            error = self.dialect.read_error(reply)
            if not error.should_retry() or not retries_left:
                raise error.as_exception()
            if not self._pause(error.retry_after_seconds(), retries_left, deadline):
                raise error.as_exception()
        raise AssertionError("the last try returns or raises")

    def _pause(self, asked: float | None, retries_left: int, deadline: float) -> bool:
        """Wait before the next try; returns False if the wait would exceed the deadline."""
        if asked is not None and asked > MAX_RETRY_AFTER_SECONDS:
            return False
        pause = BACKOFF.spread(MAX_RETRIES - retries_left + 1) if asked is None else asked
        if time.monotonic() + pause >= deadline:
            return False
        self.sleep(pause)
        return True


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Return the requested wait: retry-after-ms, else retry-after (seconds or a date)."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None or not text:
        return seconds
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError):
        return None


def transport_error(failure: TransportError) -> ProviderFailure:
    """Return the error for a request without a reply."""
    if isinstance(failure, TimedOut):
        return ProviderTimeout("the provider did not answer in time")
    if isinstance(failure, Unreachable):
        return ProviderUnavailable(f"the provider cannot be reached: {failure}")
    if isinstance(failure, ReplyTooLarge):
        return InvalidResponse(f"the provider's answer cannot be right: {failure}")
    return ProviderError(f"the provider broke off: {failure}")


def _number(text: str | None) -> float | None:
    if not text or not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text.strip()):
        return None
    return float(text)
