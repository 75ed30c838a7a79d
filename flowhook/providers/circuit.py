"""What a client tells of its requests, and asks before each: is the provider up?"""

from __future__ import annotations

from typing import Protocol


class Circuit(Protocol):
    """What a client tells of its requests."""

    def admit(self) -> None:
        """Raise ProviderUnavailable where the provider is not to be asked now."""

    def answered(self) -> None:
        """The provider answered, whatever it said."""

    def failed(self) -> None:
        """The provider could not be reached, broke off, failed on its side or took too long."""


class NoCircuit:
    """Always closed: for clients without an organisation behind them."""

    def admit(self) -> None:
        return None

    def answered(self) -> None:
        return None

    def failed(self) -> None:
        return None
