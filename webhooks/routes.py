"""HTTP in, HTTP out for webhook functions: who calls, for whom, with what body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson
from flask import Blueprint, Request, Response
from flask.globals import request_ctx
from redis.exceptions import RedisError

from api.answers import as_error, error_answer, json_answer, request_id
from api.body import check_media_type, read_json
from api.documented import documented
from errors import FlowhookError, InvalidInput, NotFound, Overloaded
from jobs.call import Call, Outcome
from jobs.deadlines import Accepted, Deadlines, wait_seconds
from jobs.repeats import Answered, First, Name, Repeats, name_call
from records.metrics import IN_FLIGHT
from settings.auth import Authenticator, Caller, Proof
from settings.cache import SettingsCache
from settings.organisation import Organisation
from settings.schemas import ORGANIZATION_ID_PATTERN
from webhooks.catalogue import catalogue
from webhooks.dispatcher import Dispatcher, validate
from webhooks.registry import WebhookFunction

MAX_KEY = 255


class InFlight:
    """Bounds the calls a process answers at once."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.count = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        if self.count >= self.limit:
            raise Overloaded("this process answers as many calls as it can")
        self.count += 1
        IN_FLIGHT.inc()
        try:
            yield
        finally:
            self.count -= 1
            IN_FLIGHT.dec()


def webhook_routes(
    dispatcher: Dispatcher,
    authenticator: Authenticator,
    settings: SettingsCache,
    in_flight: InFlight,
    deadlines: Deadlines,
    repeats: Repeats,
) -> Blueprint:
    """`GET /webhooks` and `POST /webhooks/<name>`."""
    routes = Blueprint("webhooks", __name__)
    described = orjson.dumps(catalogue(dispatcher.functions))

    @routes.get("/webhooks")
    @documented(open=True, answer={"type": "object", "required": ["functions"]})
    def list_functions() -> Response:
        """List every webhook function with its fields, results and an example body."""
        return Response(described, mimetype="application/json")

    @routes.post("/webhooks/<name>")
    def call_function(name: str) -> Response:
        """Call a webhook function."""
        call = _Call(dispatcher, authenticator, settings, deadlines, repeats, name)
        try:
            with in_flight.place():
                return call.answer()
        except Exception as failure:
            return call.failure(as_error(failure))

    return routes


class _Call:
    """One call on its way in: what is known of it so far, for the answer if it fails."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        authenticator: Authenticator,
        settings: SettingsCache,
        deadlines: Deadlines,
        repeats: Repeats,
        name: str,
    ) -> None:
        self.dispatcher = dispatcher
        self.authenticator = authenticator
        self.settings = settings
        self.deadlines = deadlines
        self.repeats = repeats
        self.name = name
        self.function: WebhookFunction | None = dispatcher.functions.find(name)
        self.organization_id: str | None = None
        self.body: Mapping[str, Any] = {}
        self.dispatched = False

    def answer(self) -> Response:
        sent = request_ctx.request  # not the proxy: each look through it costs 2 us
        raw = sent.get_data(cache=False)
        caller = self._authenticate(sent, raw)
        self.organization_id = caller.organization_id
        function = self.dispatcher.find(self.name)
        check_media_type(sent.content_type or "")
        self.body = self.body or read_json(raw)
        self.organization_id = organisation_of(caller, self.body)
        organisation = self.settings.get(self.organization_id)
        if not organisation.exists:
            self.organization_id = None
            raise NotFound("there is no such organisation", fix="Check organization_id.")
        key = _idempotency_key(sent)
        repeatable = name_call(organisation.id, function.name, key, self.body, raw)
        first = self._begin(repeatable, bool(key)) if repeatable else None
        if isinstance(first, Answered):
            return _replayed(first)
        try:
            answered = self._run(function, organisation, sent, caller)
        except Exception as failure:
            answered = self.failure(as_error(failure))
        if first is not None:
            self.repeats.settle(first, Answered(answered.status_code, answered.get_data()))
        return answered

    def _begin(self, name: Name, keyed: bool) -> First | Answered | None:
        """The first's answer, or the right to be the first; a key is never run unclaimed."""
        try:
            return self.repeats.begin(name)
        except RedisError:
            if keyed:
                raise
            return None

    def _run(
        self,
        function: WebhookFunction,
        organisation: Organisation,
        sent: Request,
        caller: Caller,
    ) -> Response:
        seconds = wait_seconds(sent.environ.get("HTTP_PREFER", ""), self.body)
        if seconds is None:
            self.dispatched = True
            return json_answer(
                self.dispatcher.dispatch(
                    function, organisation, self.body, request_id(), caller.token_id
                )
            )
        call = Call(organisation.id, function.name, self.body, request_id(), caller.token_id)
        validate(function, self.body)  # a mistake is told now, not to a job nobody looks at
        came = self.deadlines.answer(call, organisation, seconds)
        self.dispatched = True
        if isinstance(came, Accepted):
            return _accepted(came, seconds)
        return self._late(came)

    def _late(self, outcome: Outcome) -> Response:
        """An outcome that was there in time."""
        status = outcome.status
        if outcome.error and str(self.body.get("failure_status", "")) == "200":
            status = 200
        answer = json_answer(outcome.answer, status)
        if outcome.error and outcome.retry_after_seconds is not None:
            answer.headers["Retry-After"] = str(max(1, round(outcome.retry_after_seconds)))
        return answer

    def failure(self, error: FlowhookError) -> Response:
        """The error, under the function's result key too, with the status the body asks for."""
        if not self.dispatched and self.organization_id:
            self.dispatcher.reject(self.name, self.organization_id, self.body, request_id(), error)
        extra = {self.function.main: error.message} if self.function else None
        wanted = str(self.body.get("failure_status", "")) if self.organization_id else ""
        return error_answer(error, 200 if wanted == "200" else None, extra)

    def _authenticate(self, sent: Request, raw: bytes) -> Caller:
        environ = sent.environ
        authorization = environ.get("HTTP_AUTHORIZATION", "")
        signature = environ.get("HTTP_X_GLIFIC_SIGNATURE", "")
        claimed = ""
        if signature and not authorization:
            self.body = read_json(raw)
            claimed = str(self.body.get("organization_id", ""))
        return self.authenticator.authenticate(
            Proof(environ.get("REMOTE_ADDR") or "", authorization, signature, raw, claimed)
        )


def _idempotency_key(sent: Request) -> str:
    key: str = sent.environ.get("HTTP_IDEMPOTENCY_KEY", "")
    if len(key) > MAX_KEY:
        raise InvalidInput(f"the Idempotency-Key is longer than {MAX_KEY} characters")
    return key


def _replayed(kept: Answered) -> Response:
    answer = Response(kept.body, kept.status, mimetype="application/json")
    answer.headers["Idempotent-Replay"] = "true"
    return answer


def _accepted(job: Accepted, seconds: float) -> Response:
    answer = json_answer({"success": True, "status": "pending", "job_id": job.job_id}, 202)
    answer.headers["Location"] = f"/jobs/{job.job_id}"
    answer.headers["Preference-Applied"] = f"wait={seconds:g}" if seconds else "respond-async"
    return answer


def organisation_of(caller: Caller, body: Mapping[str, Any]) -> str:
    """The caller's own organisation; the operator names one in the body."""
    if caller.organization_id is not None:
        return caller.organization_id
    named = str(body.get("organization_id", ""))
    if not ORGANIZATION_ID_PATTERN.fullmatch(named):
        raise InvalidInput(
            "the operator's token needs an organization_id in the body",
            fix="Add the organization_id to call for, or use a token of the organisation.",
            fields={"organization_id": ["Missing, or not 1 to 64 of A-Z a-z 0-9 _ -."]},
        )
    return named
