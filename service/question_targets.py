"""What question sets ask of webhook functions: a case's answer, and a judge's opinion.

Every call goes through the dispatcher, as one over HTTP does: within the organisation's limits, and
recorded in its log and usage. The log says `called_by` question_set.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import orjson
from marshmallow import ValidationError

from answers.approved.head import state_of
from answers.prompts.prompt import read_reference
from answers.question_sets.question_set import Case, QuestionSet
from answers.question_sets.target import OK, Answered, Variant
from flowhook.errors import NotFound
from flowhook.jobs.call import Call
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import Outcome
from flowhook.records.log_entry import QUESTION_SET, LogEntry
from flowhook.redis.best_effort import best_effort
from flowhook.usage.prices import Prices
from service.variants import Variants, unfit
from webhooks.approved_first import APPROVED
from webhooks.dispatcher import Dispatcher
from webhooks.knowledge_fields import KNOWLEDGE, knowledge_field
from webhooks.registry import WebhookFunction
from webhooks.threads import Threads

LIMITS = ("rate_limited", "budget_exceeded")
LATER_SECONDS = 10.0  # where a limit does not say when to ask again
MESSAGES = "messages"
MODEL_FIELDS = ("model", "gpt_model")
SAVED_PROMPT = "saved_prompt"

Json = dict[str, Any]


class FunctionCalls:
    """Calls webhook functions for question sets."""

    def __init__(self, dispatcher: Dispatcher, prices: Prices) -> None:
        self.dispatcher = dispatcher
        self.prices = prices

    def call(
        self, organisation: Organisation, name: str, body: Mapping[str, Any], variant: Variant
    ) -> Answered:
        """Call a function; never raises."""
        call = Call(
            organisation.id,
            name,
            body,
            secrets.token_hex(16),
            prompts=variant.prompts or None,
            called_by=QUESTION_SET,
        )
        try:
            function = self.dispatcher.find(name)
        except NotFound as failure:
            return self._answered(call, self.dispatcher.refuse(call, failure), None)
        return self._answered(
            call, *self.dispatcher.dispatch_recorded(call, function, organisation)
        )

    def _answered(self, call: Call, outcome: Outcome, entry: LogEntry | None) -> Answered:
        error, told = outcome.error, outcome.answer
        took = {} if entry is None else self._took(entry)
        if error is not None:
            is_limit = error.type in LIMITS
            later = (error.retry_after_seconds or LATER_SECONDS) if is_limit else None
            return Answered(
                status=error.type,
                error=error.message,
                request_id=call.request_id,
                retry_after_seconds=later,
                **took,
            )
        answer, found = told.get(outcome.main, ""), told.get("found")
        return Answered(
            answer=answer,
            messages=(as_text(answer),),
            results=told,
            found=found if isinstance(found, bool) else None,
            guardrail=str(told.get("guardrail", "none")),
            knowledge=() if entry is None else entry.passages,
            request_id=call.request_id,
            **took,
        )

    def _took(self, entry: LogEntry) -> Json:
        """What a call took, as Answered names it, with the functions that its model called; their
        tokens are priced like those that it read."""
        return {
            "input_tokens": entry.input_tokens + entry.nested_tokens,
            "output_tokens": entry.output_tokens,
            "cost": self._cost(entry),
            "milliseconds": entry.milliseconds,
            "model": entry.model,
        }

    def _cost(self, entry: LogEntry) -> float | None:
        read = entry.input_tokens + entry.nested_tokens
        if not read and not entry.output_tokens:
            return 0.0
        price = self.prices.find(entry.model)
        return price.cost(read, entry.output_tokens) if price else None


class ModelAsker:
    """The `AskModel` of question sets: the webhook function `chat`."""

    def __init__(self, calls: FunctionCalls) -> None:
        self.calls = calls

    def __call__(self, organisation: Organisation, body: Mapping[str, Any]) -> Answered:
        return self.calls.call(organisation, "chat", body, Variant())


class FunctionTarget:
    """Asks a webhook function; a case of several turns is a conversation of its own."""

    def __init__(self, calls: FunctionCalls, variants: Variants, threads: Threads) -> None:
        self.calls = calls
        self.variants = variants
        self.threads = threads

    def check(self, organisation: Organisation, asked: QuestionSet, variant: Variant) -> None:
        function = self.calls.dispatcher.find(asked.function)
        known = function.fields.fields
        if variant.revision is not None:
            raise unfit("revision", "This question set asks a function, and no flow.")
        if variant.prompts and SAVED_PROMPT not in known:
            raise unfit("prompt_version", f"{function.name} takes no saved prompt.")
        if variant.model and model_field(function) is None:
            raise unfit("model", f"{function.name} takes no model.")
        self.variants.check(organisation, variant, str(asked.body.get("account") or ""))
        for case in asked.cases:
            _check_turns(function, case)

    def settled(self, organisation: Organisation, asked: QuestionSet, variant: Variant) -> Variant:
        named = read_reference(str(asked.body.get(SAVED_PROMPT) or ""))
        if named is None or named[1] is not None:
            return variant
        return self.variants.settled(organisation, variant, named[0])

    def identity(
        self, organisation: Organisation, asked: QuestionSet, variant: Variant
    ) -> Mapping[str, Any]:
        bodies = [asked.body, *(case.body for case in asked.cases)]
        named = {str(body[SAVED_PROMPT]) for body in bodies if body.get(SAVED_PROMPT)}
        read = (read_reference(reference) for reference in named)
        names = {one[0] for one in read if one}
        found = self.variants.identity(organisation, variant, names, bases_of(bodies))
        asks_approved = any(body.get(APPROVED) for body in bodies)
        return {**found, APPROVED: state_of(organisation.stored)} if asks_approved else found

    # --- a case -------------------------------------------------------------------------

    def ask(
        self, organisation: Organisation, asked: QuestionSet, case: Case, variant: Variant
    ) -> Answered:
        try:
            function = self.calls.dispatcher.find(asked.function)
        except NotFound as error:
            return Answered(status=error.type, error=error.message)
        body = body_of(function, asked, case, variant)
        conversation = Conversation(function, body, has_turns=len(case.turns) > 1)
        answers: list[Answered] = []
        try:
            for turn in case.turns:
                text = text_of(turn)
                sent = {**body, **conversation.says(text)}
                answered = self.calls.call(organisation, function.name, sent, variant)
                answers.append(answered)
                if answered.status != OK:
                    break
                conversation.heard(text, answered)
        finally:
            if conversation.thread_id:
                with best_effort("forgetting a conversation of a question set"):
                    self.threads.forget(organisation.id, conversation.thread_id)
        return self._with_prompt(organisation, body, joined(answers))

    def _with_prompt(
        self, organisation: Organisation, body: Mapping[str, Any], answered: Answered
    ) -> Answered:
        """The answer with the text of the saved prompt that gave it, which a judge reads."""
        number, named = answered.results.get("prompt_version"), body.get(SAVED_PROMPT)
        reference = read_reference(str(named)) if named else None
        if not isinstance(number, int) or reference is None:
            return answered
        try:
            text = self.variants.text_of(organisation, reference[0], number)
        except NotFound:  # deleted a moment ago
            return answered
        return replace(answered, prompt=text)


class Conversation:
    """How a function is told a turn, and those before: by a thread of its own, or by messages.

    `thread_id` is the thread that the case has begun, empty for none; one that the body gives is
    not its own.
    """

    def __init__(self, function: WebhookFunction, body: Json, has_turns: bool) -> None:
        known = function.fields.fields
        self.field = question_field(function, body)
        given = body.get(MESSAGES) if MESSAGES in known else None
        # what is no list, the function refuses
        self.messages: list[Json] = list(given) if isinstance(given, list) else []
        self.by_messages = bool(self.messages) or (has_turns and not takes_thread(function))
        needs_thread = has_turns and not self.by_messages
        self.thread_id = f"thread_{secrets.token_urlsafe(24)}" if needs_thread else ""
        self.given = str(body.get("thread_id") or "")

    def says(self, text: str) -> Json:
        """What the body says of a turn."""
        if self.by_messages:
            return {MESSAGES: [*self.messages, {"role": "user", "content": text}]}
        thread = {"thread_id": self.thread_id} if self.thread_id else {}
        return {self.field: text, **thread}

    def heard(self, text: str, answered: Answered) -> None:
        thread = str(answered.results.get("thread_id") or "")
        if thread and thread != self.given:
            self.thread_id = thread
        self.messages += [
            {"role": "user", "content": text},
            {"role": "assistant", "content": answered.text},
        ]


def body_of(function: WebhookFunction, asked: QuestionSet, case: Case, variant: Variant) -> Json:
    """The body of a case without its question: what the variant names takes the place of what the
    set names."""
    body = {**asked.body, **case.body}
    saved = body.get(SAVED_PROMPT)
    reference = read_reference(str(saved)) if saved else None
    name = reference[0] if reference else next(iter(variant.prompts), None)
    if name is not None and name in variant.prompts:
        body[SAVED_PROMPT] = f"{name}@{variant.prompts[name]}"
    field = model_field(function)
    if variant.model and field:
        body = {key: value for key, value in body.items() if key not in MODEL_FIELDS}
        body[field] = variant.model
    return body


def bases_of(bodies: Iterable[Mapping[str, Any]]) -> set[str]:
    """The names of all bases of documents that bodies may mean; what is no name is never one."""
    found = [body[KNOWLEDGE] for body in bodies if body.get(KNOWLEDGE)]
    named: set[str] = set()
    for one in found:
        with suppress(ValidationError):
            named.update(knowledge_field().deserialize(one))
    return named


def question_field(function: WebhookFunction, body: Mapping[str, Any]) -> str:
    """The field that takes a question: the function's main one; where a set fills that, as with a
    picture's address, its prompt, or else the first required one that the set leaves open."""
    main, fields = function.main_field, function.fields.fields
    if main not in body:
        return main
    if "prompt" in fields:
        return "prompt"
    left = (name for name, field in fields.items() if field.required and name not in body)
    return next(left, main)


def model_field(function: WebhookFunction) -> str | None:
    return next((name for name in MODEL_FIELDS if name in function.fields.fields), None)


def takes_thread(function: WebhookFunction) -> bool:
    return "thread_id" in function.fields.fields


def text_of(turn: Any) -> str:
    return turn if isinstance(turn, str) else str(turn.get("text", ""))


def as_text(answer: Any) -> str:
    return answer if isinstance(answer, str) else orjson.dumps(answer).decode()


def joined(answers: list[Answered]) -> Answered:
    """The answer of a conversation: the last one, with all messages and what all of them took."""
    last = answers[-1]
    costs = [one.cost for one in answers]
    return replace(
        last,
        messages=tuple(message for one in answers for message in one.messages),
        input_tokens=sum(one.input_tokens for one in answers),
        output_tokens=sum(one.output_tokens for one in answers),
        cost=None if None in costs else sum(cost or 0.0 for cost in costs),
        milliseconds=sum(one.milliseconds for one in answers),
    )


def _check_turns(function: WebhookFunction, case: Case) -> None:
    """Raises InvalidInput for turns that a function cannot be told."""
    if any(not isinstance(turn, str) and not turn.get("text") for turn in case.turns):
        raise unfit("turns", f"Case {case.id}: a function is asked by texts alone.")
    takes_turns = takes_thread(function) or MESSAGES in function.fields.fields
    if len(case.turns) > 1 and not takes_turns:
        raise unfit(
            "turns", f"Case {case.id} has several turns, and {function.name} remembers none."
        )
