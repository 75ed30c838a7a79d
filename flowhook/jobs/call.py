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


def new_job_id(organization_id: str) -> str:
    """An id nobody can guess, which carries its organisation: `<org>.<132 random bits>`."""
    return f"{organization_id}.{secrets.token_urlsafe(16)}"


def organisation_of_job(job_id: str) -> str | None:
    """The organisation an id names; None where it is no job's id."""
    match = JOB_ID.fullmatch(job_id)
    return match[1] if match else None
