"""The one road every webhook call takes: look up, validate, call, make flow-safe, record."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import ValidationError
from redis.exceptions import RedisError

from flowhook.errors import (
    EmptyInput,
    FlowhookError,
    Internal,
    InvalidInput,
    NotFound,
    Overloaded,
    UnresolvedVariable,
)
from flowhook.limits.limiter import Limiter
from flowhook.organisations.organisation import Organisation
from flowhook.records.log_entry import LogEntry
from flowhook.registry import Registry
from webhooks.estimate import estimate
from webhooks.fields import BUILDER_KEYS, CALL_KEYS, EmptyText, UnresolvedText, is_variable
from webhooks.registry import AsGiven, Context, WebhookFunction

NOTHING = "N/A"  # what a flow gets where there is nothing; null would show the bare variable
MAX_CONTACT = 128
ID = re.compile(r"[A-Za-z0-9+][A-Za-z0-9_.:+-]{0,127}")


class Dispatcher:
    """Calls a function for an organisation; `make_context` gives it what it may use.

    `limiter` holds an organisation's calls to its limits.
    """

    def __init__(
        self,
        functions: Registry[WebhookFunction],
        make_context: Callable[..., Context],
        record: Callable[[LogEntry], None],
        limiter: Limiter,
    ) -> None:
        self.functions = functions
        self.make_context = make_context
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
        self,
        function: WebhookFunction,
        organisation: Organisation,
        body: Mapping[str, Any],
        request_id: str,
        token_id: str | None = None,
    ) -> dict[str, Any]:
        """The function's result; raises a FlowhookError. Either is recorded once."""
        entry = _entry(function.name, organisation.id, body, request_id)
        entry.token_id = token_id
        started = time.perf_counter()
        context = self.make_context(
            organisation=organisation,
            request_id=request_id,
            contact=entry.contact,
            flow=entry.flow,
        )
        place = self.limiter.place(
            organisation,
            lambda: estimate(function, organisation, body),
            context.tokens_used,
        )
        try:
            with place:
                context.check_budget = place.check
                context.account = _account_title(body)
                result: dict[str, Any] = {
                    "success": True,
                    **flow_safe(function.call(validate(function, body), context)),
                }
            entry.response = result
            return result
        except FlowhookError as error:
            _note_failure(entry, error, body)
            raise
        except RedisError:
            _note_failure(entry, Overloaded("the service cannot reach its store"), body)
            raise
        except Exception:
            _note_failure(entry, Internal("internal error"), body)
            raise
        finally:
            for client in context.clients:
                entry.model = client.model or entry.model
                entry.input_tokens += client.usage.input_tokens
                entry.output_tokens += client.usage.output_tokens
            entry.milliseconds = (time.perf_counter() - started) * 1000
            self.record(entry)

    def reject(
        self,
        name: str,
        organization_id: str,
        body: Mapping[str, Any],
        request_id: str,
        error: FlowhookError,
    ) -> None:
        """Record a call that failed before it reached a function."""
        known = self.functions.find(name)
        entry = _entry(known.name if known else "unknown", organization_id, body, request_id)
        _note_failure(entry, error, body)
        self.record(entry)


def validate(function: WebhookFunction, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body's fields as the function's schema reads them; raises InvalidInput by name."""
    own = {
        key: value
        for key, value in body.items()
        if key in function.fields.fields or not (key in BUILDER_KEYS or key in CALL_KEYS)
    }
    try:
        loaded: dict[str, Any] = function.fields.load(own)
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


def failure_status(error: FlowhookError, body: Mapping[str, Any]) -> int:
    """The HTTP status of a failure: the error's, or the 200 that the body asks for."""
    return 200 if str(body.get("failure_status", "")) == "200" else error.status


def _entry(
    function: str, organization_id: str, body: Mapping[str, Any], request_id: str
) -> LogEntry:
    """A call that begins now, and went well so far."""
    return LogEntry(
        organization_id=organization_id,
        function=function,
        request_id=request_id,
        status="ok",
        http_status=200,
        milliseconds=0.0,
        at=time.time(),
        contact=_id_of(body, "contact_id", "contact"),
        flow=_id_of(body, "flow_id", "flow"),
        request=body,
    )


def _note_failure(entry: LogEntry, error: FlowhookError, body: Mapping[str, Any]) -> None:
    entry.status, entry.http_status = error.type, failure_status(error, body)
    entry.response = {"success": False, "error": error.as_dict()}


def _account_title(body: Mapping[str, Any]) -> str | None:
    title = body.get("account")
    if title is None or title == "":
        return None
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
