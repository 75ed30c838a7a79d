"""A webhook call apart from its HTTP request."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JOB_ID = re.compile(r"([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{22})")


@dataclass(frozen=True, slots=True)
class Call:
    """The data needed to run a webhook function in this process or another.

    `origin` is the address it was sent to, for links in its result. `contact` is set if a
    conversation of this service made the call and waits for the outcome.
    """

    organization_id: str
    function: str
    body: Mapping[str, Any] = field(repr=False)
    request_id: str
    token_id: str | None = None
    origin: str = ""
    contact: str = ""


def new_job_id(organization_id: str) -> str:
    """Generate an unguessable id that names its organisation: `<org>.<132 random bits>`."""
    return f"{organization_id}.{secrets.token_urlsafe(16)}"


def organisation_of_job(job_id: str) -> str | None:
    """Return the organisation named in a job id, or None if it is not a job id."""
    match = JOB_ID.fullmatch(job_id)
    return match[1] if match else None
