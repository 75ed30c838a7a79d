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
    conversation of this service made the call and waits for the outcome. `prompts` names the
    versions of saved prompts that answer in the place of the live ones. `called_by` names in the
    log what made the call, if neither a caller over HTTP nor a flow did. `job_id` is the job
    that waits for the person whom the call asks, empty where none does. `needs_consent` is false
    where no contact is behind it: a page that tries a function, a model's own tool. `asker` is the
    contact whose call it is, known where it becomes a job. `names` are names of people that are
    masked beside those of the body's contact; a job does not keep them.
    """

    organization_id: str
    function: str
    body: Mapping[str, Any] = field(repr=False)
    request_id: str
    token_id: str | None = None
    origin: str = ""
    contact: str = ""
    prompts: Mapping[str, int] | None = None
    called_by: str = ""
    job_id: str = ""
    needs_consent: bool = True
    asker: str = ""
    names: tuple[str, ...] = field(default=(), repr=False)


def new_job_id(organization_id: str) -> str:
    """Generate an unguessable id that names its organisation: `<org>.<132 random bits>`."""
    return f"{organization_id}.{secrets.token_urlsafe(16)}"


def organisation_of_job(job_id: str) -> str | None:
    """Return the organisation named in a job id, or None if it is not a job id."""
    match = JOB_ID.fullmatch(job_id)
    return match[1] if match else None
