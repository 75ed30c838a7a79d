"""What all fakes of services on the network have in common."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from tests.fakes.exchange import Asked, Exchange, Reply
from tests.fakes.transport import Transport


class FakeService(ABC):
    """A service on a loopback port (0 is any free one), from creation until `close`.

    `requests` holds what was asked. Left as a context manager, it raises AssertionError if a
    request was malformed (`violations`); a test that means to send such a request clears the
    list. Whoever derives from it answers in `_serve`.
    """

    def __init__(self, port: int = 0) -> None:
        self.requests: list[Asked] = []
        self.violations: list[str] = []
        self._lock = threading.RLock()
        self._transport = Transport(self._serve, port)
        self.origin = f"http://127.0.0.1:{self._transport.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        if error is None:
            self.assert_no_violations()

    def close(self) -> None:
        """End every connection, whatever it waits for."""
        self._transport.close()

    def assert_no_violations(self) -> None:
        assert not self.violations, "malformed requests: " + "; ".join(self.violations)

    @abstractmethod
    def _serve(self, exchange: Exchange) -> Reply | None:
        """The answer; None says that the connection has been dealt with and must close."""
