"""What a dialect may do where one POST is not enough, such as a job at the provider.

All steps of a call share its time-out. What the provider has been given to do is remembered, so a
repeat of the call goes on with it and pays for it once.
"""

from __future__ import annotations

from typing import Any, Protocol

from flowhook.errors import ProviderFailure
from flowhook.providers.transport import HttpReply


class StillAtWork(ProviderFailure):
    """The provider has not finished; a repeat of the call goes on where this one stopped.

    It is no ProviderTimeout, after which a job counts its tries because each may have cost.
    """

    type = "provider_timeout"
    status = 504
    retryable = True
    fix = (
        "Repeat the same call later, which goes on where this one stopped; or give it"
        " wait_seconds, so that it becomes a job that does so by itself."
    )


class Steps(Protocol):
    """The requests of one call. Each raises the error for whatever is no success."""

    @property
    def has_time(self) -> bool:
        """Tell whether the call's time is not up yet."""

    def post(
        self, path: str, body: dict[str, Any], file: tuple[str, bytes, str] | None = None
    ) -> HttpReply:
        """Send JSON, or a form with a file, with the account's key."""

    def get(self, path: str) -> HttpReply:
        """Read with the account's key."""

    def put_link(self, url: str, headers: dict[str, str], content: bytes) -> None:
        """Store content at an address that the provider gave; the key is not sent."""

    def get_link(self, url: str) -> HttpReply:
        """Read from an address that the provider gave; the key is not sent."""

    def pause(self, seconds: float) -> None:
        """Wait."""

    def remembered(self, what: str) -> str | None:
        """Return the job that an earlier call began for the same, if it is remembered."""

    def remember(self, what: str, job: str) -> None:
        """Remember a job for an hour."""

    def forget(self, what: str) -> None:
        """Forget a job that is over."""


class ProviderJobs(Protocol):
    """An organisation's jobs at its providers, remembered for an hour."""

    def find(self, what: str) -> str | None:
        """Return the job that was begun for this."""

    def keep(self, what: str, job: str) -> None:
        """Remember a job."""

    def forget(self, what: str) -> None:
        """Forget a job."""


class NoProviderJobs:
    """Remembers nothing, for calls without an organisation."""

    def find(self, what: str) -> str | None:
        return None

    def keep(self, what: str, job: str) -> None:
        return None

    def forget(self, what: str) -> None:
        return None
