"""Sarvam's batch jobs, which transcribe recordings of up to two hours.

A job is created, the recording stored at a link that Sarvam gives, the job started and asked for
its state until it is over; then the transcript is read from another link. A job that has been
started is remembered: a call whose time is up is answered with StillAtWork, and its repeat goes on.

Source: https://docs.sarvam.ai/api-reference/speech-to-text/stt/job/initiate and the pages beside it
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from flowhook.backoff import Backoff
from flowhook.errors import FlowhookError, InvalidResponse, ProviderError, ProviderRejected
from flowhook.providers.steps import Steps, StillAtWork
from flowhook.providers.transport import HttpReply
from flowhook.turns import one_by_one

PATH = "/speech-to-text/job/v1"
MAX_POLLS = 60
BACKOFF = Backoff(first_seconds=1.0, factor=1.5, longest_seconds=5.0)
AGAIN_SECONDS = 5.0
# What the storage that Sarvam uses wants with a file; others ignore it.
STORED_AS = {"x-ms-blob-type": "BlockBlob"}
_JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")

File = tuple[str, bytes, str]


def transcribe_in_batch(steps: Steps, parameters: Mapping[str, Any], file: File) -> HttpReply:
    """Return the transcript of a recording as Sarvam writes it.

    Raises StillAtWork if it is not there in time.
    """
    what = _name(parameters, file)
    job = steps.remembered(what)
    if job is None:
        job = _begin(steps, parameters, file)
        steps.remember(what, job)
    try:
        status = _wait(steps, job)
        if status is None:
            raise StillAtWork(
                "Sarvam has not transcribed the whole recording yet",
                retry_after_seconds=AGAIN_SECONDS,
            )
        answer = _result(steps, job, status)
    except StillAtWork:
        raise
    except FlowhookError as failure:
        if not failure.retryable:
            steps.forget(what)
        raise
    steps.forget(what)
    return answer


def _begin(steps: Steps, parameters: Mapping[str, Any], file: File) -> str:
    name, content, content_type = file
    job = steps.post(PATH, {"job_parameters": dict(parameters)}).read_object().get("job_id")
    if not isinstance(job, str) or not _JOB_ID.fullmatch(job):
        raise InvalidResponse("Sarvam began a job without an id")
    links = steps.post(f"{PATH}/upload-files", {"job_id": job, "files": [name]})
    url = _link(links.read_object().get("upload_urls"), name)
    steps.put_link(url, {**STORED_AS, "Content-Type": content_type}, content)
    steps.post(f"{PATH}/{job}/start", {})
    return job


def _wait(steps: Steps, job: str) -> dict[str, Any] | None:
    """Return the status of a job that is over; None if it is still at work when time is up."""
    for poll in range(1, MAX_POLLS + 1):
        if not steps.has_time:
            return None
        status = steps.get(f"{PATH}/{job}/status").read_object()
        if status.get("job_state") in ("Completed", "Failed"):
            return status
        steps.pause(BACKOFF.pause(poll))
    return None


def _result(steps: Steps, job: str, status: Mapping[str, Any]) -> HttpReply:
    name = _output(status)
    if status["job_state"] == "Failed" or name is None:
        raise _failure(status)
    links = steps.post(f"{PATH}/download-files", {"job_id": job, "files": [name]})
    url = _link(links.read_object().get("download_urls"), name)
    return steps.get_link(url)


def _details(status: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = status.get("job_details")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _output(status: Mapping[str, Any]) -> str | None:
    for detail in _details(status):
        outputs = detail.get("outputs")
        first = outputs[0] if isinstance(outputs, list) and outputs else None
        name = first.get("file_name") if isinstance(first, Mapping) else None
        if isinstance(name, str) and name and detail.get("state", "Success") == "Success":
            return name
    return None


def _failure(status: Mapping[str, Any]) -> FlowhookError:
    if any(detail.get("state") == "Internal Server Error" for detail in _details(status)):
        return ProviderError("Sarvam failed while it transcribed the recording")
    return ProviderRejected(
        "Sarvam could not transcribe the recording",
        fix="Send Ogg, MP3, M4A, WAV, WebM, AAC or FLAC of at most two hours.",
    )


def _link(links: Any, name: str) -> str:
    """The link for a file; Sarvam may give it another name of its own."""
    if isinstance(links, Mapping) and links:
        link = links.get(name, next(iter(links.values())))
        url = link.get("file_url") if isinstance(link, Mapping) else link
        if isinstance(url, str) and url.startswith(("https://", "http://")):
            return url
    raise InvalidResponse("Sarvam gave no link for the recording's file")


def _name(parameters: Mapping[str, Any], file: File) -> str:
    """A name for the same recording with the same parameters, which tells nothing of it."""
    digest = hashlib.sha256(repr(sorted(parameters.items())).encode())
    with one_by_one(len(file[1])):
        digest.update(file[1])
    return digest.hexdigest()
