"""Delivers a job's result as a signed POST to the URL given by the caller."""

from __future__ import annotations

import time
from collections.abc import Callable

import orjson

from flowhook.blanks import unpadded
from flowhook.errors import FlowhookError, InvalidInput
from flowhook.jobs.call import Call
from flowhook.jobs.job_runner import NotDelivered
from flowhook.jobs.store import Job
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.signature import OUTGOING_HEADER, outgoing_signature
from flowhook.outcome import Outcome
from flowhook.providers.guard import AddressGuard

TIMEOUT_SECONDS = 10.0
KEY = "Idempotency-Key"
GONE = 410


class Callback:
    """Posts `{"id", "status", "result"}`, signed for callbacks alone."""

    def __init__(
        self,
        guard: AddressGuard,
        find: Callable[[str], Organisation],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.guard = guard
        self.find = find
        self.clock = clock

    def check(self, organisation: Organisation, call: Call) -> bool:
        """Tell whether the call asks for a callback. Raises InvalidInput if none can be sent."""
        url = call.body.get("callback_url")
        if url is None or url == "":
            return False
        if not isinstance(url, str):
            raise InvalidInput("callback_url must be text", fields={"callback_url": ["No text."]})
        self.guard.check_url(unpadded(url), field="callback_url")
        if not organisation.signature_phrase:
            raise InvalidInput(
                "callback_url needs the organisation's signature phrase, which signs the callback",
                fix="Save a phrase in the organisation's signature settings.",
                fields={"callback_url": ["The organisation has no signature phrase."]},
            )
        return True

    def deliver(self, job: Job, call: Call, outcome: Outcome) -> None:
        phrase = self.find(job.organization_id).signature_phrase
        if not phrase:
            raise NotDelivered("the organisation has no signature phrase any more")
        body = orjson.dumps({"id": job.id, "status": job.status, "result": outcome.answer})
        headers = {
            "Content-Type": "application/json",
            OUTGOING_HEADER: outgoing_signature("callback", phrase, self.clock(), body),
            KEY: job.id,
        }
        try:
            answer = self.guard.guarded_post(
                unpadded(call.body["callback_url"]),
                body,
                headers,
                timeout_seconds=TIMEOUT_SECONDS,
                max_bytes=None,  # only the receiver's status is read
            )
        except FlowhookError as error:
            raise NotDelivered(error.message) from error
        if not 200 <= answer.status < 300:
            raise NotDelivered(
                f"the receiver answered HTTP {answer.status}", final=answer.status == GONE
            )
