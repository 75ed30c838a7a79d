"""Joins flows and webhook functions: a flow's FUNCTION node calls the dispatcher in process.

The call is handled like one over HTTP (limits, log, usage), except that repeats are not recognised:
a node that a flow reaches again within a minute runs again. A call with `wait_seconds` in its body
that takes longer becomes a job: the contact's flow parks, and the result wakes it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flowhook.common_keys import COMMON_KEYS
from flowhook.errors import FlowhookError, NotFound
from flowhook.jobs.call import Call
from flowhook.jobs.inline_runner import Accepted
from flowhook.jobs.job_runner import NotDelivered
from flowhook.jobs.store import Job
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import Outcome
from flowhook.registry import Registry
from flows.conversations.conversations import Conversations
from flows.lint import FunctionSpec
from flows.model.session import WebhookAnswer, WebhookPending
from webhooks.call_handler import CallHandler
from webhooks.registry import WebhookFunction

PARKED_SECONDS = 60  # as long as Glific waits for its own late answers


class FlowCalls:
    """The `CallFunction` of conversations: webhook functions through the dispatcher."""

    def __init__(self, handler: CallHandler) -> None:
        self.handler = handler

    def __call__(
        self, organisation: Organisation, name: str, body: Mapping[str, Any]
    ) -> WebhookAnswer | WebhookPending:
        """Call a function; returns its answer, also for a failure, or WebhookPending for a job."""
        call = Call(organisation.id, name, body, os.urandom(16).hex(), contact=contact_of(body))
        dispatcher = self.handler.dispatcher
        try:
            function = dispatcher.find(name)
        except NotFound as error:
            return webhook_answer(dispatcher.refuse(call, error))
        call = replace(call, body=taken(function, body))
        came = self.handler.answer(call, function, organisation)
        return (
            WebhookPending(PARKED_SECONDS) if isinstance(came, Accepted) else webhook_answer(came)
        )


class ConversationDelivery:
    """The `jobs.job_runner.Delivery` that wakes the conversation a job came from."""

    def __init__(self, conversations: Conversations) -> None:
        self.conversations = conversations

    def check(self, organisation: Organisation, call: Call) -> bool:
        return bool(call.contact)

    def deliver(self, job: Job, call: Call, outcome: Outcome) -> None:
        call_id = int(call.body["webhook_log_id"])
        answer = webhook_answer(outcome)
        try:
            self.conversations.finish_webhook(job.organization_id, call.contact, call_id, answer)
        except FlowhookError as failure:
            raise NotDelivered(failure.message) from failure


def webhook_answer(outcome: Outcome) -> WebhookAnswer:
    """Return a function's outcome as the answer for a flow's node.

    A failure is passed as a normal answer if the body asked for its status to be 200.
    """
    if outcome.error is None or outcome.status == 200:
        return WebhookAnswer(outcome.status, outcome.answer)
    return WebhookAnswer(outcome.status, error=outcome.error.message)


def taken(function: WebhookFunction, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a node's body that the function accepts.

    As in Glific the rest is ignored, and the linter reports it. So is a `callback_url`, because the
    flow itself waits for the result.
    """
    known = function.fields.fields.keys() | COMMON_KEYS
    return {key: value for key, value in body.items() if key in known and key != "callback_url"}


def contact_of(body: Mapping[str, Any]) -> str:
    """Return the contact of the call's conversation, as `call_webhook` adds it to the body."""
    return str(body.get("contact_id", ""))


def function_specs(functions: Registry[WebhookFunction]) -> dict[str, FunctionSpec]:
    """Return a description of every function for the linter."""
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
