"""Calls of webhook functions from a page: the road every call takes, without HTTP."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flowhook.errors import FlowhookError
from flowhook.http.answers import request_id
from flowhook.jobs.call import Call
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import Outcome
from web.form_values import pretty
from web.page_security import organisation
from web.page_services import PageServices
from webhooks.registry import WebhookFunction


@dataclass(frozen=True, slots=True)
class TrialResult:
    """An outcome with what a page shows beside it."""

    milliseconds: float
    request_id: str
    outcome: Outcome
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def error(self) -> FlowhookError | None:
        return self.outcome.error

    @property
    def words(self) -> str | None:
        """The main result, where it is text."""
        value = None if self.error else self.outcome.answer.get(self.outcome.main)
        return value if isinstance(value, str) else None

    @property
    def json(self) -> str:
        return pretty(self.outcome.answer)


def call(
    services: PageServices,
    function: WebhookFunction,
    body: Mapping[str, Any],
    needs_consent: bool = False,
) -> TrialResult:
    """Run and record it; `needs_consent` where a contact wrote what is in the body."""
    org = organisation()
    asked = Call(org.id, function.name, body, request_id(), needs_consent=needs_consent)
    return run(services, org, asked, function)


def run(
    services: PageServices, org: Organisation, asked: Call, function: WebhookFunction
) -> TrialResult:
    """Run and record a call, also apart from a request. Raises Overloaded."""
    started = time.perf_counter()
    with services.in_flight.place(org.id):
        outcome, entry = services.dispatcher.dispatch_recorded(asked, function, org)
    return TrialResult(
        (time.perf_counter() - started) * 1000,
        asked.request_id,
        outcome,
        entry.model,
        entry.input_tokens,
        entry.output_tokens,
    )
