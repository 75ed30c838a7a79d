"""Joins flows and webhook functions: how a flow's FUNCTION node calls the dispatcher in process.

The call takes the same road as one over HTTP (limits, log, usage), only without HTTP's repeats:
a node that a flow comes back to within a minute runs again. With `wait_seconds` in its body a
call that takes longer becomes a job, the contact's flow parks, and the result wakes it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from redis.exceptions import RedisError

from flowhook.errors import FlowhookError, Internal, Overloaded
from flowhook.http.origin import find_origin
from flowhook.jobs.call import Call, Outcome
from flowhook.jobs.inline_runner import Accepted, InlineRunner, wait_seconds
from flowhook.jobs.job_runner import NotDelivered
from flowhook.jobs.store import Job
from flowhook.organisations.organisation import Organisation
from flowhook.registry import Registry
from flows.conversations.conversations import Conversations
from flows.lint import BUILDER_FIELDS, FunctionSpec
from flows.model.session import WebhookAnswer, WebhookPending
from webhooks.dispatcher import Dispatcher, validate
from webhooks.fields import BUILDER_KEYS, CALL_KEYS
from webhooks.registry import WebhookFunction

COMMON_FIELDS = BUILDER_FIELDS | BUILDER_KEYS | CALL_KEYS

PARKED_SECONDS = 60  # as Glific parks for its own late answers

logger = logging.getLogger(__name__)


class FlowCalls:
    """`flows.live_services.CallFunction` through a dispatcher."""

    def __init__(self, dispatcher: Dispatcher, deadlines: InlineRunner) -> None:
        self.dispatcher = dispatcher
        self.deadlines = deadlines

    def __call__(
        self, organisation: Organisation, name: str, body: Mapping[str, Any]
    ) -> WebhookAnswer | WebhookPending:
        """The function's result; a failure raises a FlowhookError, which is recorded."""
        request_id = os.urandom(16).hex()
        try:
            function = self.dispatcher.find(name)
        except FlowhookError as error:
            self.dispatcher.reject(name, organisation.id, body, request_id, error)
            raise
        body = taken(function, body)
        try:
            seconds = wait_seconds("", body)
            if seconds is not None:
                call = Call(organisation.id, name, body, request_id, contact=contact_of(body))
                return self._within(call, function, organisation, seconds)
            result = self.dispatcher.dispatch(function, organisation, body, request_id)
        except FlowhookError as error:
            if str(body.get("failure_status", "")) != "200":
                raise
            failed = {"success": False, "error": error.as_dict(), function.main: error.message}
            return WebhookAnswer(200, failed)
        except RedisError as error:
            raise Overloaded("the service cannot reach its store") from error
        except Exception as error:
            # What is unforeseen in a function takes the node's Failure branch, and is logged
            # without its text, which may hold a contact's words.
            what = {"function": name, "cause": type(error).__name__, "request_id": request_id}
            logger.error("internal error", extra=what)
            raise Internal("something went wrong inside the service") from error
        return WebhookAnswer(200, result)

    def _within(
        self, call: Call, function: WebhookFunction, organisation: Organisation, seconds: float
    ) -> WebhookAnswer | WebhookPending:
        """The answer if it is there in time; else the call is a job, and the flow parks."""
        validate(function, call.body)
        came = self.deadlines.answer(replace(call, origin=find_origin()), organisation, seconds)
        if isinstance(came, Accepted):
            return WebhookPending(PARKED_SECONDS)
        if came.raised is not None:
            raise came.raised
        return WebhookAnswer(came.status, came.answer)


class ConversationDelivery:
    """The `jobs.performer.Delivery` that wakes the conversation a job came from.

    `conversations` is asked for late, since they in turn need the desk.
    """

    def __init__(self, conversations: Callable[[], Conversations]) -> None:
        self.conversations = conversations

    def check(self, organisation: Organisation, call: Call) -> bool:
        return bool(call.contact)

    def deliver(self, job: Job, call: Call, outcome: Outcome) -> None:
        error = outcome.answer.get("error", {}) if outcome.error else {}
        answer = WebhookAnswer(outcome.status, outcome.answer, str(error.get("message", "")))
        call_id = int(call.body["webhook_log_id"])
        try:
            self.conversations().finish_webhook(job.organization_id, call.contact, call_id, answer)
        except FlowhookError as failure:
            raise NotDelivered(failure.message) from failure


def taken(function: WebhookFunction, body: Mapping[str, Any]) -> dict[str, Any]:
    """What a function gets of a node's body. As in Glific the rest is ignored, which the linter
    tells; so is a `callback_url`, since it is the flow that waits for the result."""
    known = function.fields.fields.keys() | BUILDER_KEYS | CALL_KEYS
    return {key: value for key, value in body.items() if key in known and key != "callback_url"}


def contact_of(body: Mapping[str, Any]) -> str:
    return str(body["contact_id"])


def function_specs(functions: Registry[WebhookFunction]) -> dict[str, FunctionSpec]:
    """What the linter knows of every function."""
    return {
        function.name: FunctionSpec(
            fields=frozenset(function.fields.fields),
            required=frozenset(
                name for name, field in function.fields.fields.items() if field.required
            ),
            results=frozenset(function.result.fields),
        )
        for function in functions
    }
