"""The one road every webhook call takes: limits, validate, call, make flow-safe, record.

Calls over HTTP, jobs, flows, pages and what a model calls meet here, and none of them raises:
what goes wrong is part of the Outcome.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import ValidationError

from flowhook.errors import EmptyInput, InvalidInput, NotFound, UnresolvedVariable
from flowhook.jobs.call import Call
from flowhook.limits.limiter import Limiter, Reservation
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import Outcome, failed
from flowhook.records.log_entry import LogEntry
from flowhook.registry import Registry
from webhooks.context import Context, ContextFactory
from webhooks.estimate import estimate
from webhooks.fields import EmptyText, UnresolvedText, is_variable, own_keys
from webhooks.registry import AsGiven, WebhookFunction

NOTHING = "N/A"  # what a flow gets where there is nothing; null would show the bare variable
MAX_CONTACT = 128
ID = re.compile(r"[A-Za-z0-9+][A-Za-z0-9_.:+-]{0,127}")


class Dispatcher:
    """Calls functions, within the organisation's limits, and records each call once."""

    def __init__(
        self,
        functions: Registry[WebhookFunction],
        contexts: ContextFactory,
        record: Callable[[LogEntry], None],
        limiter: Limiter,
    ) -> None:
        self.functions = functions
        self.contexts = contexts
        self.record = record
        self.limiter = limiter

    def find(self, name: str) -> WebhookFunction:
        """The function of this name; NotFound names the nearest ones."""
        function = self.functions.find(name)
        if function is None:
            nearest = self.functions.nearest(name)
            hint = f" Did you mean {' or '.join(nearest)}?" if nearest else ""
            raise NotFound(
                f"there is no webhook function {printable(name)}.{hint}",
                fix="GET /webhooks lists every function.",
            )
        return function

    def dispatch(
        self, call: Call, function: WebhookFunction, organisation: Organisation
    ) -> Outcome:
        """Run a function for an organisation."""
        body = call.body
        entry = _entry(call, function.name)
        context = self.contexts.open(
            organisation, call.request_id, function.name, entry.contact, entry.flow
        )
        context.place = self.limiter.place(
            organisation, lambda: estimate(function, organisation, body), context.tokens_used
        )
        return self._run(function, body, context, context.place, entry)

    def dispatch_nested(
        self, function: WebhookFunction, arguments: Mapping[str, Any], context: Context
    ) -> Outcome:
        """Run a function that a model called, in the nested context of the model's own call."""
        context.function = function.name
        entry = LogEntry(
            organization_id=context.organisation.id,
            function=function.name,
            request_id=context.request_id,
            status="ok",
            http_status=200,
            milliseconds=0.0,
            at=time.time(),
            contact=context.contact,
            flow=context.flow,
            called_by=context.called_by,
            request=arguments,
        )
        place = self.limiter.reserve_nested(context.organisation)
        return self._run(function, arguments, context, place, entry)

    def refuse(self, call: Call, failure: Exception) -> Outcome:
        """The outcome of a call that failed before it reached its function."""
        function = self.functions.find(call.function)
        entry = _entry(call, function.name if function else "unknown")
        main = function.main if function else ""
        return self._record(entry, failed(failure, call.request_id, main, call.body))

    def _run(
        self,
        function: WebhookFunction,
        body: Mapping[str, Any],
        context: Context,
        place: Reservation,
        entry: LogEntry,
    ) -> Outcome:
        started = time.perf_counter()
        try:
            with place:
                if body.get("account") not in (None, ""):
                    context.account = _account_title(body["account"])
                result = function.call(validate(function, body), context)
                outcome = Outcome(200, {"success": True, **flow_safe(result)}, function.main)
        except Exception as failure:
            outcome = failed(failure, context.request_id, function.main, body)
        for client in context.clients:
            entry.model = client.model or entry.model
            entry.input_tokens += client.usage.input_tokens
            entry.output_tokens += client.usage.output_tokens
        entry.milliseconds = (time.perf_counter() - started) * 1000
        return self._record(entry, outcome)

    def _record(self, entry: LogEntry, outcome: Outcome) -> Outcome:
        if outcome.error is not None:
            entry.status, entry.http_status = outcome.error.type, outcome.status
        entry.response = outcome.answer
        self.record(entry)
        return outcome


def validate(function: WebhookFunction, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body's fields as the function's schema reads them; raises InvalidInput by name."""
    try:
        loaded: dict[str, Any] = function.fields.load(own_keys(function.fields, body))
    except ValidationError as error:
        raise invalid(error.normalized_messages()) from None
    return loaded


def invalid(messages: Mapping[str, Any]) -> InvalidInput:
    """The error of a failed validation: which type, and every field's messages."""
    found = [(name, message) for name, texts in messages.items() for message in _leaves(texts)]
    kinds = {EmptyText: EmptyInput, UnresolvedText: UnresolvedVariable}
    for marker, error_class in kinds.items():
        for name, message in found:
            if isinstance(message, marker):
                return error_class(_sentence(name, message), fields=dict(messages))
    name, message = found[0]
    return InvalidInput(_sentence(name, message), fields=dict(messages))


def flow_safe(value: Any) -> Any:
    """A result without null or empty text, which would leave the bare variable in a message."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, AsGiven):
        return value
    if isinstance(value, dict):
        return {key: flow_safe(item) for key, item in value.items()}
    if isinstance(value, list):
        return [flow_safe(item) for item in value]
    return value


def printable(name: str) -> str:
    """A name from outside, short and without control characters."""
    return "".join(letter if letter.isprintable() else "?" for letter in name[:64])


def _leaves(messages: Any) -> list[Any]:
    if isinstance(messages, Mapping):
        return [leaf for inner in messages.values() for leaf in _leaves(inner)]
    if isinstance(messages, list):
        return [leaf for inner in messages for leaf in _leaves(inner)]
    return [messages]


def _sentence(name: str, message: str) -> str:
    text = str(message)
    return (
        f"{printable(str(name))} is empty"
        if isinstance(message, EmptyText)
        else (f"{printable(str(name))}: {text}")
    )


def _entry(call: Call, function: str) -> LogEntry:
    """The record of a call that begins now, and went well so far."""
    return LogEntry(
        organization_id=call.organization_id,
        function=function,
        request_id=call.request_id,
        status="ok",
        http_status=200,
        milliseconds=0.0,
        at=time.time(),
        contact=_id_of(call.body, "contact_id", "contact"),
        flow=_id_of(call.body, "flow_id", "flow"),
        token_id=call.token_id,
        request=call.body,
    )


def _account_title(title: Any) -> str:
    if not isinstance(title, str):
        raise InvalidInput("account must be text", fields={"account": ["Not a valid string."]})
    if is_variable(title):
        problem = f"{title.strip()} was never set by the flow."
        raise UnresolvedVariable(f"account: {problem}", fields={"account": [problem]})
    return title


def _id_of(body: Mapping[str, Any], key: str, nested: str) -> str:
    """A builder's id, from its own key, inside the object of that name, or in its place."""
    found = body.get(key)
    if isinstance(found, str) and (not found.strip() or is_variable(found)):
        found = None  # the flow never set it: nobody's id, and least of all everybody's
    inner = body.get(nested)
    if found is None and isinstance(inner, dict):
        found = inner.get("id") or inner.get("uuid")
    elif found is None and (not isinstance(inner, str) or ID.fullmatch(inner)):
        found = inner
    if isinstance(found, str | int) and not isinstance(found, bool):
        return str(found)[:MAX_CONTACT]
    return ""
