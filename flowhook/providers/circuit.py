"""The circuit breaker interface of provider clients."""

from __future__ import annotations

from typing import Protocol


class Circuit(Protocol):
    """Receives the results of a client's requests, and blocks them while the provider is down."""

    def admit(self) -> None:
        """Raise ProviderUnavailable if the circuit is open."""

    def answered(self) -> None:
        """Record that the provider answered, with any status."""

    def failed(self) -> None:
        """Record that the provider was unreachable, disconnected, failed or timed out."""


class NoCircuit:
    """A circuit that is always closed, for clients without an organisation."""

    def admit(self) -> None:
        return None

    def answered(self) -> None:
        return None

    def failed(self) -> None:
        return None
