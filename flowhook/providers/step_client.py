"""Carries out the steps of a call that takes more than one request."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from flowhook.errors import ProviderError
from flowhook.providers.requests import SUCCESSES, transport_error
from flowhook.providers.steps import ProviderJobs
from flowhook.providers.transport import HttpReply, TimedOut, Transport, TransportError

File = tuple[str, bytes, str]
Send = Callable[[str, str, dict[str, Any] | None, File | None], HttpReply]
"""(method, path, body, file) with the account's key, to the reply of a success."""


class StepClient:
    """The steps of one call of one account, until `ends_at` (monotonic seconds)."""

    def __init__(
        self,
        send: Send,
        links: Transport,
        jobs: ProviderJobs,
        sleep: Callable[[float], None],
        ends_at: float,
    ) -> None:
        """`links` reaches what the provider's answers name, public addresses alone."""
        self.send = send
        self.links = links
        self.jobs = jobs
        self.sleep = sleep
        self.ends_at = ends_at

    @property
    def has_time(self) -> bool:
        return self._left() > 0

    def post(self, path: str, body: dict[str, Any], file: File | None = None) -> HttpReply:
        return self.send("POST", path, body, file)

    def get(self, path: str) -> HttpReply:
        return self.send("GET", path, None, None)

    def put_link(self, url: str, headers: dict[str, str], content: bytes) -> None:
        self._ask_link("PUT", url, headers, content)

    def get_link(self, url: str) -> HttpReply:
        return self._ask_link("GET", url, {}, None)

    def pause(self, seconds: float) -> None:
        self.sleep(max(0.0, min(seconds, self._left())))

    def remembered(self, what: str) -> str | None:
        return self.jobs.find(what)

    def remember(self, what: str, job: str) -> None:
        self.jobs.keep(what, job)

    def forget(self, what: str) -> None:
        self.jobs.forget(what)

    def _ask_link(
        self, method: str, url: str, headers: dict[str, str], content: bytes | None
    ) -> HttpReply:
        try:
            if not self.has_time:
                raise TimedOut("no time left")
            reply = self.links.send(method, url, headers, content, self._left())
        except TransportError as failure:
            raise transport_error(failure) from None
        if reply.status not in SUCCESSES:
            raise ProviderError(f"the provider's storage answered HTTP {reply.status}")
        return reply

    def _left(self) -> float:
        return self.ends_at - time.monotonic()
