"""One call of a webhook function from a page: the road every call takes, without HTTP."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flowhook.errors import FlowhookError
from flowhook.http.answers import as_error, request_id
from web.forms import pretty
from web.page_security import organisation
from web.page_services import PageServices
from webhooks.registry import WebhookFunction


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What a call answered: the result, or the error."""

    milliseconds: float
    request_id: str
    result: dict[str, Any] | None = None
    error: FlowhookError | None = None
    main: str = ""  # the function's main result key

    @property
    def words(self) -> str | None:
        """The main result, where it is text."""
        value = (self.result or {}).get(self.main)
        return value if isinstance(value, str) else None

    @property
    def json(self) -> str:
        if self.error:
            return pretty({"success": False, "error": self.error.as_dict()})
        return pretty(self.result)


def call(services: PageServices, function: WebhookFunction, body: Mapping[str, Any]) -> TrialResult:
    """Run and record it."""
    started = time.perf_counter()
    result: dict[str, Any] | None = None
    error: FlowhookError | None = None
    try:
        result = services.dispatcher.dispatch(function, organisation(), body, request_id())
    except Exception as failure:  # as_error logs what nobody foresaw
        error = as_error(failure)
    milliseconds = (time.perf_counter() - started) * 1000
    return TrialResult(milliseconds, request_id(), result, error, function.main)
