"""Webhook calls and requests of a played flow, timed and noted in its recording."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flowhook.errors import FlowhookError
from flowhook.organisations.organisation import Organisation
from flows.conversations.author_requests import AuthorHttpClient
from flows.conversations.live_services import CallFunction
from flows.model.session import HttpAnswer, WebhookAnswer, WebhookPending
from flows.play.recording import Answers

PRETENDED = HttpAnswer(200, '{"success": true}')  # of the author's own server


class TimedCalls:
    """A CallFunction that records the milliseconds of each call, by name or address."""

    def __init__(
        self, functions: CallFunction, outgoing: AuthorHttpClient, answers: Answers
    ) -> None:
        self.functions = functions
        self.outgoing = outgoing
        self.answers = answers
        self.noted: list[tuple[str, float]] = []

    def __call__(
        self, organisation: Organisation, name: str, body: Mapping[str, Any]
    ) -> WebhookAnswer | WebhookPending:
        with self.timed(name):
            try:
                answer = self.functions(organisation, name, body)
            except FlowhookError as error:
                failed = WebhookAnswer(error.status, error=error.message)
                self.answers.of_function(name, failed)
                raise
        self.answers.of_function(name, answer)
        return answer

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.noted.append((name, (time.perf_counter() - began) * 1000))

    def take(self, name: str) -> float:
        """Remove and return the milliseconds of the first call with this name, or 0."""
        for place, (noted, milliseconds) in enumerate(self.noted):
            if noted == name:
                del self.noted[place]
                return milliseconds
        return 0.0


class TimedRequests(AuthorHttpClient):
    """Timed requests to the author's own server; pretended ones succeed."""

    def __init__(self, calls: TimedCalls, pretend: bool) -> None:
        super().__init__(calls.outgoing.guard, calls.outgoing.clock)
        self.calls = calls
        self.pretend = pretend

    def send(
        self,
        organisation: Organisation,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any],
    ) -> HttpAnswer:
        with self.calls.timed(url):
            answer = self._answer(organisation, method, url, headers, body)
        self.calls.answers.of_server(url, answer)
        return answer

    def _answer(
        self,
        organisation: Organisation,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any],
    ) -> HttpAnswer:
        if self.pretend:
            return PRETENDED
        try:
            return self.calls.outgoing.send(organisation, method, url, headers, body)
        except FlowhookError:
            self.calls.answers.of_server(url, HttpAnswer(503, ""))
            raise
