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

from answers.inbox.store import InboxStore
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
from flows.conversations.handover import Answer, Handover
from flows.lint import FunctionSpec
from flows.model.session import WebhookAnswer, WebhookPending
from webhooks.call_handler import CallHandler
from webhooks.context import Context
from webhooks.pretended import pretended_answer
from webhooks.registry import WebhookFunction

PARKED_SECONDS = 60  # as long as Glific waits for its own late answers
TICKET = "ticket_id"  # of what a person was asked, in a function's result
PERSON_SECONDS = 7 * 86_400 + 3600  # a little longer than a question waits for a person


class FlowCalls:
    """The `CallFunction` of conversations: webhook functions through the dispatcher."""

    def __init__(
        self,
        handler: CallHandler,
        prompts: Mapping[str, int] | None = None,
        needs_consent: bool = True,
        names: tuple[str, ...] = (),
    ) -> None:
        """Create it; `prompts` names versions of saved prompts to answer in the place of live
        ones. `needs_consent` is false where no contact is behind the flow, or the call that the
        flow is part of was looked at. `names` are masked beside those of the flow's contact."""
        self.handler = handler
        self.prompts = prompts
        self.needs_consent = needs_consent
        self.names = names

    def inside(self, context: Context) -> FlowCalls:
        """Return the same for a flow that is part of another call: with its versions of saved
        prompts, and the names that it masks."""
        masks = context.open_masks()
        names = masks.all_names() if masks else ()
        return FlowCalls(self.handler, context.prompts or self.prompts, self.needs_consent, names)

    def __call__(
        self, organisation: Organisation, name: str, body: Mapping[str, Any]
    ) -> WebhookAnswer | WebhookPending:
        """Call a function; returns its answer, also for a failure, or WebhookPending for a job."""
        call = Call(
            organisation.id,
            name,
            body,
            os.urandom(16).hex(),
            contact=contact_of(body) if "webhook_log_id" in body else "",
            prompts=self.prompts,
            needs_consent=self.needs_consent,
            names=self.names,
        )
        dispatcher = self.handler.dispatcher
        try:
            function = dispatcher.find(name)
        except NotFound as error:
            return webhook_answer(dispatcher.refuse(call, error))
        call = replace(call, body=taken(function, body))
        came = self.handler.answer(call, function, organisation)
        if not isinstance(came, Accepted):
            return webhook_answer(came)
        if not call.contact:
            return WebhookAnswer(came.status, came.answer)
        return WebhookPending(PERSON_SECONDS if function.asks_person else PARKED_SECONDS)


class PretendedCalls:
    """A `CallFunction` that answers each function's examples and asks no provider."""

    def __init__(self, functions: Registry[WebhookFunction]) -> None:
        self.functions = functions

    def __call__(
        self, organisation: Organisation, name: str, body: Mapping[str, Any]
    ) -> WebhookAnswer:
        return WebhookAnswer(200, pretended_answer(self.functions, name))


class ConversationDelivery:
    """The `jobs.job_runner.Delivery` that wakes the conversation a job came from.

    A person's answer reaches the contact even if the flow that asked has gone on.
    """

    def __init__(self, conversations: Conversations, inbox: InboxStore) -> None:
        self.conversations = conversations
        self.handover = Handover(conversations)
        self.inbox = inbox

    def check(self, organisation: Organisation, call: Call) -> bool:
        return bool(call.contact)

    def deliver(self, job: Job, call: Call, outcome: Outcome) -> None:
        org, call_id = job.organization_id, int(call.body["webhook_log_id"])
        answer, said = webhook_answer(outcome), self._said(org, outcome)
        try:
            if said is not None:
                self.handover.finish(org, call.contact, call_id, answer, said)
            else:
                self.conversations.finish_webhook(org, call.contact, call_id, answer)
        except FlowhookError as failure:
            raise NotDelivered(failure.message) from failure

    def _said(self, org: str, outcome: Outcome) -> Answer | None:
        """What a person answered, if one did."""
        ticket = outcome.answer.get(TICKET) if outcome.error is None else None
        item = self.inbox.find(org, ticket) if ticket else None
        if item is None or not item.state.answered_at:
            return None
        return Answer(item.id, item.state.answer, item.state.by)


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
            asks_person=function.asks_person,
        )
        for function in functions
    }
