"""A webhook call apart from its HTTP request."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flowhook.errors import InvalidInput

MAX_WAIT_SECONDS = 120.0
PREFER_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6}(?:\.\d+)?)", re.IGNORECASE)
PREFER_ASYNC = re.compile(r"(?:^|[,;\s])respond-async(?:$|[,;\s])", re.IGNORECASE)
JOB_ID = re.compile(r"([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{22})")


@dataclass(frozen=True, slots=True)
class Call:
    """What is needed to run a webhook function, here or in another process.

    `origin` is the address it was sent to, for links in its result. `contact` is set where a
    conversation of this service called, and waits for the outcome.
    """

    organization_id: str
    function: str
    body: Mapping[str, Any] = field(repr=False)
    request_id: str
    token_id: str | None = None
    origin: str = ""
    contact: str = ""

    @property
    def comes_from_flow(self) -> bool:
        """Whether contact and flow are named, as builders do, so that it may be a repeat."""
        body = self.body
        return bool(
            (body.get("contact_id") or body.get("contact"))
            and (body.get("flow_id") or body.get("flow"))
        )


def new_job_id(organization_id: str) -> str:
    """An id nobody can guess, which carries its organisation: `<org>.<132 random bits>`."""
    return f"{organization_id}.{secrets.token_urlsafe(16)}"


def organisation_of_job(job_id: str) -> str | None:
    """The organisation an id names; None where it is no job's id."""
    match = JOB_ID.fullmatch(job_id)
    return match[1] if match else None


def wait_seconds(body: Mapping[str, Any], prefer: str = "") -> float | None:
    """How long the caller waits for the answer; None: for as long as it takes.

    The body's `wait_seconds` goes before `prefer`, the header Prefer. `respond-async` or a
    `callback_url` without a time means not at all. Raises InvalidInput.
    Source: RFC 7240 for `Prefer: respond-async` and `Prefer: wait`.
    """
    asked = body.get("wait_seconds")
    if asked is not None and asked != "":
        return _read_seconds(asked)
    if prefer:
        named = PREFER_WAIT.search(prefer)
        if named:
            return min(float(named[1]), MAX_WAIT_SECONDS)
        if PREFER_ASYNC.search(prefer):
            return 0.0
    return 0.0 if body.get("callback_url") else None


def _read_seconds(asked: Any) -> float:
    try:
        seconds = float(asked) if isinstance(asked, str | int | float) else -1.0
    except ValueError:
        seconds = -1.0
    if isinstance(asked, bool) or not 0 <= seconds <= MAX_WAIT_SECONDS:
        raise InvalidInput(
            f"wait_seconds must be a number from 0 to {MAX_WAIT_SECONDS:.0f}",
            fields={"wait_seconds": [f"Must be a number from 0 to {MAX_WAIT_SECONDS:.0f}."]},
        )
    return seconds
