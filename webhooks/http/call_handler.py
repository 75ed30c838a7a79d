"""How a call that reached its function is answered: once, and in the time its caller has.

A plain call goes straight to the dispatcher. A call with a contact and a flow, or with an
`Idempotency-Key`, first asks whether it ran before; a call with a deadline may become a job.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import orjson
from flask import Request, Response
from redis.exceptions import RedisError

from flowhook.errors import FlowhookError, InvalidInput
from flowhook.http.answers import json_answer, request_id
from flowhook.jobs.call import Call
from flowhook.jobs.idempotency import (
    Claim,
    IdempotencyKey,
    IdempotencyStore,
    StoredResponse,
    name_call,
)
from flowhook.jobs.inline_runner import Accepted, InlineRunner, wait_seconds
from flowhook.organisations.organisation import Organisation
from webhooks.dispatcher import Dispatcher, validate
from webhooks.registry import WebhookFunction

MAX_KEY = 255


class CallHandler:
    """Answers calls in a web process."""

    def __init__(
        self, dispatcher: Dispatcher, deadlines: InlineRunner, repeats: IdempotencyStore
    ) -> None:
        self.dispatcher = dispatcher
        self.deadlines = deadlines
        self.repeats = repeats

    def answer(
        self,
        sent: Request,
        raw: bytes,
        call: Call,
        function: WebhookFunction,
        organisation: Organisation,
        dispatched: Callable[[], None],
        failure: Callable[[Exception], Response],
    ) -> Response:
        """The answer, or of a repeat the first's.

        `dispatched` is told once the call is recorded elsewhere; `failure` answers an error.
        """
        key: str = sent.environ.get("HTTP_IDEMPOTENCY_KEY", "")
        if len(key) > MAX_KEY:
            raise InvalidInput(f"the Idempotency-Key is longer than {MAX_KEY} characters")
        content = raw or sent.query_string
        name = name_call(organisation, call.function, key, call.body, content)
        if name is None:
            return self._run(sent, call, function, organisation, dispatched)
        first = self._begin(name, bool(key))
        if isinstance(first, StoredResponse):
            return _replayed(first)
        error: Exception | None = None
        try:
            answered = self._run(sent, call, function, organisation, dispatched)
        except Exception as raised:
            error, answered = raised, failure(raised)
        if first is not None:
            kept = StoredResponse(answered.status_code, answered.get_data(), _type_of(error))
            self.repeats.settle(first, kept, error is None or is_callers(error))
        return answered

    def _begin(self, name: IdempotencyKey, keyed: bool) -> Claim | StoredResponse | None:
        """The first's answer, or the right to be the first; with a key never without a claim."""
        try:
            return self.repeats.begin(name)
        except RedisError:
            if keyed:
                raise
            return None

    def _run(
        self,
        sent: Request,
        call: Call,
        function: WebhookFunction,
        organisation: Organisation,
        dispatched: Callable[[], None],
    ) -> Response:
        seconds = wait_seconds(sent.environ.get("HTTP_PREFER", ""), call.body)
        if seconds is None:
            dispatched()
            return json_answer(
                self.dispatcher.dispatch(
                    function, organisation, call.body, call.request_id, call.token_id
                )
            )
        validate(function, call.body)  # a mistake is told now, not to a job nobody looks at
        apart = replace(call, origin=sent.host_url.rstrip("/"))
        came = self.deadlines.answer(apart, organisation, seconds)
        dispatched()
        if isinstance(came, Accepted):
            return _accepted(came, seconds)
        if came.raised is not None:
            raise came.raised
        return json_answer(came.answer)


def is_callers(error: Exception) -> bool:
    """Whether the same call would fail in the same way again."""
    return isinstance(error, FlowhookError) and error.status == 400


def _type_of(error: Exception | None) -> str:
    return "" if error is None else getattr(error, "type", "internal")


def _replayed(kept: StoredResponse) -> Response:
    body = kept.body
    if kept.error:  # an error names its request
        body = orjson.dumps({**orjson.loads(body), "request_id": request_id()})
    answer = Response(body, kept.status, mimetype="application/json")
    answer.headers["Idempotent-Replay"] = "true"
    return answer


def _accepted(job: Accepted, seconds: float) -> Response:
    answer = json_answer({"success": True, "status": "pending", "job_id": job.job_id}, 202)
    answer.headers["Location"] = f"/jobs/{job.job_id}"
    answer.headers["Preference-Applied"] = f"wait={seconds:g}" if seconds else "respond-async"
    return answer
