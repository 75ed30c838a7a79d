"""Dispatches every webhook call: limits, validate, call, make flow-safe, record.

Calls from HTTP, jobs, flows, pages and models all pass through here, and none of them raises:
a failure is part of the Outcome.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from marshmallow import ValidationError

from answers.approved.approved import is_used
from flowhook.errors import BudgetExceeded, EmptyInput, InvalidInput, NotFound, UnresolvedVariable
from flowhook.frames import drop_frames
from flowhook.jobs.call import Call
from flowhook.limits.limiter import Limiter, Reservation
from flowhook.organisations.contact_names import MAX_CONTACT
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import Outcome, failed
from flowhook.records.log_entry import QUESTION_SET, LogEntry
from flowhook.registry import Registry
from webhooks.approved_first import (
    APPROVED,
    MODEL,
    SOURCE,
    approved_result,
    find_approved,
    read_approved,
)
from webhooks.asker import names_of, object_in
from webhooks.context import AnsweredFrom, Context, ContextFactory, SavedPrompt
from webhooks.estimate import estimate
from webhooks.fields import EmptyText, UnresolvedText, is_variable, own_keys, require_set
from webhooks.guarded import open_guard
from webhooks.masked_entry import FindMasks, mask_entry
from webhooks.prompt_defaults import find_saved, with_defaults
from webhooks.registry import AsGiven, WebhookFunction
from webhooks.saved_prompts import PROMPT_VERSION, SAVED_PROMPT
from webhooks.to_inbox import pass_on

NOTHING = "N/A"  # replaces an empty value; null would show the bare variable
PENDING = "pending"  # the status of a result that a person is still to give
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
            organisation, call.request_id, function.name, entry.contact, entry.flow, call.prompts
        )
        context.asks_approved = call.called_by != QUESTION_SET  # a gate would prove nothing
        context.needs_consent = call.needs_consent and call.called_by != QUESTION_SET
        context.call = call
        context.place = self.limiter.place(
            organisation,
            lambda: estimate(function, organisation, body, partial(find_saved, context, body)),
            context.tokens_used,
        )
        outcome = self._run(function, body, context, context.place, entry)
        if outcome.answer.get("found") is False:
            pass_on(self.contexts.intake, call, organisation, entry, context.heard)
        return outcome, entry

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
        outcome = failed(failure, call.request_id, main, call.body)
        return self._record(entry, outcome, self._masks_of(call, entry))

    def answered(self, call: Call, function: WebhookFunction, result: Mapping[str, Any]) -> Outcome:
        """Record a call whose result a person gave, and return its outcome."""
        answer = {"success": True, **flow_safe(dict(result))}
        entry, outcome = _entry(call, function.name), Outcome(200, answer, function.main)
        return self._record(entry, outcome, self._masks_of(call, entry))

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
            check_consent(function, context)
            try:
                with place:
                    if body.get("account") not in (None, ""):
                        context.account = _account_title(body["account"])
                    result = self._answer(function, body, context, entry)
            except BudgetExceeded as refusal:
                result = self._answer_without_tokens(function, body, context, entry, refusal)
            waits = function.asks_person and result["status"] == PENDING
            answer = {"success": True, **flow_safe(result)}
            outcome = Outcome(200, answer, function.main, waits=waits)
        except Exception as failure:
            outcome = failed(failure, context.request_id, function.main, body)
        if context.answered_from is not None:
            _tell_knowledge(entry, context.answered_from)
        for client in context.clients:
            entry.model = client.model or entry.model
            entry.input_tokens += client.usage.input_tokens
            entry.output_tokens += client.usage.output_tokens
        entry.nested_tokens = sum(inner.tokens_used() for inner in context.inner)
        entry.milliseconds = (time.perf_counter() - started) * 1000
        return self._record(entry, outcome, context.open_masks)

    def _answer(
        self,
        function: WebhookFunction,
        body: Mapping[str, Any],
        context: Context,
        entry: LogEntry,
        refusal: BudgetExceeded | None = None,
    ) -> dict[str, Any]:
        """The function's result; where an approved answer fits, that one in its place. With a
        `refusal`, that is raised where none fits."""
        data = validate(function, body)
        named = data.get(SAVED_PROMPT)
        saved = find_saved(context, body, named) if named else None
        guard = open_guard(function, body, context, entry)
        if guard is None:
            return self._ask(function, body, data, saved, context, entry, refusal)
        if refusal is not None and guard.asks_model:
            raise refusal
        return guard.answer(
            data, lambda: self._ask(function, body, data, saved, context, entry, refusal)
        )

    def _ask(
        self,
        function: WebhookFunction,
        body: Mapping[str, Any],
        data: dict[str, Any],
        saved: SavedPrompt | None,
        context: Context,
        entry: LogEntry,
        refusal: BudgetExceeded | None,
    ) -> dict[str, Any]:
        """The approved answer or the function's own result; see _answer."""
        if saved is not None:
            entry.prompt = saved.label
            data = with_defaults(saved, function, body, data)
        looks = read_approved(body, context) if APPROVED in body else context.asks_approved
        uses_approved = bool(function.question) and is_used(context.organisation)
        found = find_approved(function, body, data, context) if uses_approved and looks else None
        if found is not None:
            entry.source, entry.answer_id, entry.prompt = APPROVED, found.id, ""
            return approved_result(function, data, found, context)
        if refusal is not None:
            raise refusal
        result = function.call(data, context)
        if saved is not None:
            result[PROMPT_VERSION] = saved.version.number
        if uses_approved:
            entry.source = result.setdefault(SOURCE, MODEL)
        return result

    def _answer_without_tokens(
        self,
        function: WebhookFunction,
        body: Mapping[str, Any],
        context: Context,
        entry: LogEntry,
        refusal: BudgetExceeded,
    ) -> dict[str, Any]:
        """The approved answer, which uses no tokens, where the month's are used up; raises the
        `refusal` where none fits. The other limits hold for it as for any call."""
        if context.depth or not function.question or not is_used(context.organisation):
            raise refusal
        with self.limiter.place(context.organisation, lambda: None, int):
            return self._answer(function, body, context, entry, refusal)

    def _masks_of(self, call: Call, entry: LogEntry) -> FindMasks:
        """What finds the masks of a call that has no context."""
        guards, names = self.contexts.guards, (*names_of(call.body), *call.names)
        return lambda: guards.masks_by_id(call.organization_id, entry.contact, names)

    def _record(self, entry: LogEntry, outcome: Outcome, find_masks: FindMasks) -> Outcome:
        """Record the call; the log keeps what a provider got, where the organisation masks."""
        if outcome.error is not None:
            entry.status, entry.http_status = outcome.error.type, outcome.status
        entry.response = outcome.answer
        mask_entry(entry, find_masks)
        self.record(entry)
        return outcome


def check_consent(function: WebhookFunction, context: Context) -> None:
    """Raise Blocked where a function would send what a contact, who has not consented, wrote.

    A call that a model makes was checked with the call that asked the model.
    """
    if function.leaves and context.needs_consent and not context.depth:
        context.service.guards.check_consent(context.organisation, context.contact)


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
        contact=contact_in(call.body),
        flow=_id_of(call.body, "flow_id", "flow"),
        token_id=call.token_id,
        called_by=call.called_by,
        request=call.body,
    )


def _tell_knowledge(entry: LogEntry, used: AnsweredFrom) -> None:
    """Record which documents a call was answered from; the passages only for a judge's eyes."""
    entry.knowledge, entry.found, entry.sources = used.bases, used.found, used.sources
    if entry.called_by == QUESTION_SET:
        entry.passages = used.passages


def _account_title(title: Any) -> str:
    if not isinstance(title, str):
        raise InvalidInput("account must be text", fields={"account": ["Not a valid string."]})
    require_set("account", title)
    return title


def contact_in(body: Mapping[str, Any]) -> str:
    """The builder's id of the contact whose call this is; empty where it names none."""
    return _id_of(body, "contact_id", "contact")


def _id_of(body: Mapping[str, Any], key: str, nested: str) -> str:
    """Read a builder's id from its own key, from the object of that name, or from its value.

    A form and a query have the object as its text. An id that the flow never set is none, and not
    one that all contacts share.
    """
    inner = body.get(nested)
    if held := object_in(inner):
        return _id(body.get(key)) or _id(held.get("id")) or _id(held.get("uuid"))
    named = _id(inner)
    return _id(body.get(key)) or (named if ID.fullmatch(named) else "")


def _id(found: Any) -> str:
    """An id as text without the blanks around it; empty where it is none."""
    if not isinstance(found, str | int) or isinstance(found, bool):
        return ""
    text = str(found).strip()
    return "" if is_variable(text) else text[:MAX_CONTACT]
