"""Dispatches every webhook call: limits, validate, call, make flow-safe, record.

Calls from HTTP, jobs, flows, pages and models all pass through here, and none of them raises:
a failure is part of the Outcome.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import ValidationError

from flowhook.errors import EmptyInput, InvalidInput, NotFound, UnresolvedVariable
from flowhook.frames import drop_frames
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

NOTHING = "N/A"  # replaces an empty value; null would show the bare variable
MAX_CONTACT = 128
ID = re.compile(r"[A-Za-z0-9+][A-Za-z0-9_.:+-]{0,127}")


class Dispatcher:
    """Calls functions within the organisation's limits and records each call once."""

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
        """Return the function of this name. Raises NotFound, which names the most similar ones."""
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
        return self.dispatch_recorded(call, function, organisation)[0]

    def dispatch_recorded(
        self, call: Call, function: WebhookFunction, organisation: Organisation
    ) -> tuple[Outcome, LogEntry]:
        """Run a function; its record beside the outcome tells the model and the tokens."""
        body = call.body
        entry = _entry(call, function.name)
        context = self.contexts.open(
            organisation, call.request_id, function.name, entry.contact, entry.flow
        )
        context.place = self.limiter.place(
            organisation, lambda: estimate(function, organisation, body), context.tokens_used
        )
        return self._run(function, body, context, context.place, entry), entry

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
        """Record a call that failed before it reached its function, and return its outcome."""
        function = self.functions.find(call.function)
        entry = _entry(call, function.name if function else "unknown")
        entry.asked = "" if function else printable(call.function)
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
    """Load the body's fields with the function's schema. Raises InvalidInput by field name."""
    try:
        loaded: dict[str, Any] = function.fields.load(own_keys(function.fields, body))
    except ValidationError as error:
        drop_frames(error)
        raise invalid(error.normalized_messages()) from None
    return loaded


def invalid(messages: Mapping[str, Any]) -> InvalidInput:
    """Build the error of a failed validation: its type, and the messages of every field."""
    found = [(name, message) for name, texts in messages.items() for message in _leaves(texts)]
    kinds = {EmptyText: EmptyInput, UnresolvedText: UnresolvedVariable}
    for marker, error_class in kinds.items():
        for name, message in found:
            if isinstance(message, marker):
                return error_class(_sentence(name, message), fields=dict(messages))
    name, message = found[0]
    return InvalidInput(_sentence(name, message), fields=dict(messages))


def flow_safe(value: Any) -> Any:
    """Replace what a flow could not use in a result.

    Null and empty text would leave the bare variable in a message; a NUL character, which models
    write now and then, is refused by Glific's database and by this service's own functions.
    """
    if isinstance(value, str):
        return value.replace("\0", "") or NOTHING
    if value is None:
        return NOTHING
    if isinstance(value, AsGiven):
        return value
    if isinstance(value, dict):
        return {key: flow_safe(item) for key, item in value.items()}
    if isinstance(value, list):
        return [flow_safe(item) for item in value]
    return value


def printable(name: str) -> str:
    """Shorten an untrusted name and remove its control characters."""
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
    """Create the record of a call that begins now, marked as successful."""
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
    """Read a builder's id from its own key, from the object of that name, or from its value."""
    found = body.get(key)
    if isinstance(found, str) and (not found.strip() or is_variable(found)):
        found = None  # the flow never set the variable: no id, and not one shared by all
    inner = body.get(nested)
    if found is None and isinstance(inner, dict):
        found = inner.get("id") or inner.get("uuid")
    elif found is None and (not isinstance(inner, str) or ID.fullmatch(inner)):
        found = inner
    if isinstance(found, str | int) and not isinstance(found, bool):
        return str(found)[:MAX_CONTACT]
    return ""
