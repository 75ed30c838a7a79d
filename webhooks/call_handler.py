"""Answers webhook calls once each, and within the time that the caller waits.

A plain call goes straight to the dispatcher. A call with a contact and a flow, or with an
`Idempotency-Key`, is first checked for a stored response; one with a deadline may become a job.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
from redis.exceptions import RedisError

from flowhook.errors import InvalidInput
from flowhook.http.origin import find_origin
from flowhook.jobs.call import Call
from flowhook.jobs.idempotency import (
    Claim,
    IdempotencyStore,
    StoredResponse,
    name_call,
    name_signature,
)
from flowhook.jobs.inline_runner import Accepted, InlineRunner
from flowhook.jobs.person_runner import PersonRunner
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import Outcome
from webhooks.dispatcher import Dispatcher, contact_in, validate
from webhooks.fields import require_set
from webhooks.registry import WebhookFunction

MAX_KEY = 255
MAX_WAIT_SECONDS = 120.0
PREFER_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6}(?:\.\d+)?)", re.IGNORECASE)
PREFER_ASYNC = re.compile(r"(?:^|[,;\s])respond-async(?:$|[,;\s])", re.IGNORECASE)


class CallHandler:
    """Answers calls in a web process. Failures are recorded and are part of the answer."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        inline_runner: InlineRunner,
        person_runner: PersonRunner,
        idempotency: IdempotencyStore,
    ) -> None:
        self.dispatcher = dispatcher
        self.inline_runner = inline_runner
        self.person_runner = person_runner
        self.idempotency = idempotency

    def answer_once(
        self,
        call: Call,
        function: WebhookFunction,
        organisation: Organisation,
        content: bytes,
        key: str = "",
        prefer: str = "",
        signature: str = "",
    ) -> Outcome | Accepted | StoredResponse:
        """Answer a call; a repeat gets the stored response.

        Calls are the same by their Idempotency-Key `key`, by their `content` where they come from
        a flow, or by the `signature` that proves them, which is accepted once in any case.
        """
        if not (key or signature or comes_from_flow(call.body)):
            return self.answer(call, function, organisation, prefer)
        try:
            first = self._begin(organisation, call, key, content, signature)
        except Exception as failure:
            return self.dispatcher.refuse(call, failure)
        if isinstance(first, StoredResponse):
            return first
        came = self.answer(call, function, organisation, prefer)
        if first is not None:
            stays = came.error is None or came.error.status == 400
            self.idempotency.settle(first, _stored(came), stays)
        return came

    def answer(
        self,
        call: Call,
        function: WebhookFunction,
        organisation: Organisation,
        prefer: str = "",
    ) -> Outcome | Accepted:
        """Return the outcome or the job that the call became; `prefer` is the header Prefer."""
        try:
            seconds = wait_seconds(call.body, prefer)
            if seconds is not None or function.asks_person:
                validate(function, call.body)  # report invalid input now, not in a job
                apart = replace(call, origin=find_origin(), asker=contact_in(call.body))
                if not function.asks_person:
                    return self.inline_runner.answer(apart, organisation, seconds or 0.0)
                # A flow that parks gives its thread back, however long it would wait.
                patience = 0.0 if call.contact else seconds or 0.0
                return self.person_runner.answer(apart, organisation, patience)
        except Exception as failure:
            return self.dispatcher.refuse(call, failure)
        return self.dispatcher.dispatch(call, function, organisation)

    def _begin(
        self, organisation: Organisation, call: Call, key: str, content: bytes, signature: str
    ) -> Claim | StoredResponse | None:
        """Return the stored response or a claim; with a key, never run without a claim."""
        if len(key) > MAX_KEY:
            raise InvalidInput(f"the Idempotency-Key is longer than {MAX_KEY} characters")
        try:
            signed = name_signature(organisation, signature) if signature else None
            if key or comes_from_flow(call.body):
                name = name_call(organisation, call.function, key, content)
            else:
                name = name_signature(organisation, signature, call.function)
            return self.idempotency.begin(name, signed, contact_in(call.body))
        except RedisError:
            if key or signature:
                raise
            return None


def comes_from_flow(body: Mapping[str, Any]) -> bool:
    """Tell whether the body names contact and flow, so that the call may be a repeat."""
    contact = body.get("contact_id") or body.get("contact")
    return bool(contact and (body.get("flow_id") or body.get("flow")))


def wait_seconds(body: Mapping[str, Any], prefer: str = "") -> float | None:
    """Return how many seconds the caller waits for the answer; None means no limit.

    The body's `wait_seconds` overrides `prefer`, the header Prefer. `respond-async` or a
    `callback_url` without a time means 0. Raises InvalidInput if a time is invalid, and
    UnresolvedVariable if one of the two is a variable that the flow never set.
    Source: RFC 7240 for `Prefer: respond-async` and `Prefer: wait`.
    """
    for name in ("wait_seconds", "callback_url"):
        require_set(name, body.get(name))
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


def _stored(came: Outcome | Accepted) -> StoredResponse:
    error = came.error.type if came.error else ""
    return StoredResponse(came.status, orjson.dumps(came.answer), error)


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
