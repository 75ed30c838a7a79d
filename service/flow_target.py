"""The target of a question set that is a flow: its functions are asked through the dispatcher.

A function is asked with the versions of prompts and the model that a run puts in the place of what
is live. Where a limit of the organisation is reached, the case is left for later.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from answers.question_sets.question_set import Case, QuestionSet, digest_of
from answers.question_sets.target import Answered, Variant
from flowhook.errors import FlowhookError, InvalidInput, NotFound
from flowhook.jobs.call import Call
from flowhook.organisations.organisation import Organisation
from flowhook.records.log_entry import QUESTION_SET, LogEntry
from flowhook.redis.best_effort import best_effort
from flowhook.usage.prices import Prices
from flows.api.message_schema import MessageSchema, contact_update_of, load, message_of
from flows.conversations.conversations import Conversations
from flows.conversations.live_services import CallFunction
from flows.model.contact import Contact
from flows.model.session import Message, WebhookAnswer
from flows.play.case_turns import NO_RESPONSE
from flows.play.contact_profiles import ContactProfile
from flows.play.questioning import FlowQuestion, FlowQuestions
from service.variants import Variants, settings_digest
from service.webhook_calls import taken, webhook_answer
from webhooks.dispatcher import Dispatcher
from webhooks.registry import WebhookFunction
from webhooks.saved_prompts import SAVED_PROMPT

LIMITS = frozenset(("rate_limited", "budget_exceeded", "provider_rate_limited"))
LATER_SECONDS = 10.0  # where a limit does not say when to ask again
MODEL_FIELDS = ("gpt_model", "model")
DECISIVE = ("globals", "timezone", "flows")  # sections that flows read, besides their functions
ABOUT = frozenset(("contact", "results", "pretend"))
"""Keys of a set's and of a case's body: as in the start of a flow, and whether to pretend."""


class FlowTarget:
    """Plays a case with a flow; `pretended` answers in the place of functions."""

    def __init__(
        self,
        conversations: Conversations,
        dispatcher: Dispatcher,
        pretended: CallFunction,
        prices: Prices,
        variants: Variants,
    ) -> None:
        self.flows = conversations.flows
        self.prices = prices
        self.dispatcher = dispatcher
        self.pretended = pretended
        self.variants = variants
        self.questions = FlowQuestions(
            conversations.flows, conversations.outgoing, conversations.open_sheets
        )

    def check(self, organisation: Organisation, asked: QuestionSet, variant: Variant) -> None:
        """Raises NotFound for a flow or revision that is not there, InvalidInput for a case whose
        turns or body cannot be played."""
        entry = self.flows.entry(organisation.id, asked.flow)
        revision = variant.revision
        if revision is None:
            head = entry.published or entry.draft
            revision = head.revision
        if self.flows.revisions.flow(organisation.id, asked.flow, revision) is None:
            raise NotFound(
                f"the flow has no revision {revision}", fix="Take one that its history shows."
            )
        self.variants.check(organisation, variant)
        for case in asked.cases:
            try:
                _started(asked, case)
                messages_of(case.turns)
            except InvalidInput as error:
                raise InvalidInput(
                    f"case {case.id}: {error.message}", fix=error.fix, fields=error.fields
                ) from None

    def settled(self, organisation: Organisation, asked: QuestionSet, variant: Variant) -> Variant:
        published = self.flows.entry(organisation.id, asked.flow).published
        if variant.revision is not None or published is None:
            return variant
        return replace(variant, revision=published.revision)

    def identity(
        self, organisation: Organisation, asked: QuestionSet, variant: Variant
    ) -> Mapping[str, Any]:
        """The revisions of all flows, since one may begin another, all prompts, and what flows
        share: templates of messages, and settings."""
        library = self.flows.library(organisation.id)
        heads = {uuid: one.published or one.draft for uuid, one in library.entries.items()}
        revisions = {uuid: head.revision for uuid, head in heads.items()}
        if variant.revision is not None:
            revisions[asked.flow] = variant.revision
        return {
            **self.variants.identity(organisation, variant),
            "revisions": revisions,
            "templates": digest_of(library.interactive),
            "flow_settings": settings_digest(organisation, DECISIVE),
        }

    def ask(
        self, organisation: Organisation, asked: QuestionSet, case: Case, variant: Variant
    ) -> Answered:
        """Play the case. Never raises for what the flow or its functions did."""
        calls = QuestionCalls(self.dispatcher, variant, self.prices)
        try:
            contact, results, pretend = _started(asked, case)
            question = FlowQuestion(
                flow=asked.flow,
                turns=messages_of(case.turns),
                contact=contact,
                functions=self.pretended if pretend else calls,
                revision=variant.revision,
                results=results,
                pretend=pretend,
                seed=case.id,
            )
            answered = self.questions.ask(organisation, question)
        except LimitReached as limit:
            return calls.told(limit.told())
        except FlowhookError as error:
            return Answered(status=error.type, error=f"{error.message} {error.fix}".strip())
        finally:
            calls.forget_threads(organisation)
        return calls.told(answered)


class LimitReached(Exception):
    """A function was not asked, since a limit was reached; ends the play of the case."""

    def __init__(self, error: FlowhookError) -> None:
        super().__init__(error.type)
        self.error = error
        self.seconds = error.retry_after_seconds or LATER_SECONDS

    def told(self) -> Answered:
        error = self.error
        return Answered(status=error.type, error=error.message, retry_after_seconds=self.seconds)


@dataclass
class QuestionCalls:
    """The `CallFunction` of one case: asks functions within the limits, and counts what they took.

    Raises LimitReached.
    """

    dispatcher: Dispatcher
    variant: Variant
    prices: Prices
    cost: float | None = field(default=0.0, init=False)
    input_tokens: int = field(default=0, init=False)
    output_tokens: int = field(default=0, init=False)
    model: str = field(default="", init=False)
    request_id: str = field(default="", init=False)
    found: bool | None = field(default=None, init=False)
    knowledge: tuple[str, ...] = field(default=(), init=False)
    threads: set[tuple[str, str]] = field(default_factory=set, init=False)

    def __call__(
        self, organisation: Organisation, name: str, body: Mapping[str, Any]
    ) -> WebhookAnswer:
        call = Call(
            organisation.id,
            name,
            body,
            secrets.token_hex(16),
            prompts=self.variant.prompts or None,
            called_by=QUESTION_SET,
        )
        try:
            function = self.dispatcher.find(name)
        except NotFound as error:
            return webhook_answer(self.dispatcher.refuse(call, error))
        call = replace(call, body={**taken(function, body), **self._model(function)})
        outcome, entry = self.dispatcher.dispatch_recorded(call, function, organisation)
        self._pay(entry)
        thread = outcome.answer.get("thread_id")
        if isinstance(thread, str):
            self.threads.add((thread, entry.contact))
        if isinstance(outcome.answer.get("found"), bool):
            self.found, self.knowledge = outcome.answer["found"], entry.passages
        if entry.model or not self.request_id:
            self.model, self.request_id = entry.model, call.request_id
        if outcome.error is not None and outcome.error.type in LIMITS:
            raise LimitReached(outcome.error)
        return webhook_answer(outcome)

    def forget_threads(self, organisation: Organisation) -> None:
        """Forget the conversations with models that the case began."""
        for thread, contact in self.threads:
            with best_effort("forgetting a conversation of a question set"):
                self.dispatcher.contexts.threads.forget(organisation.id, thread, contact)

    def _pay(self, entry: LogEntry) -> None:
        """Add what a call took, with the functions that its model called, whose tokens are priced
        like those that it read; the whole cost is unknown from a call on whose price is not."""
        read = entry.input_tokens + entry.nested_tokens
        self.input_tokens += read
        self.output_tokens += entry.output_tokens
        if not read and not entry.output_tokens:
            return
        price = self.prices.find(entry.model)
        if price is None or self.cost is None:
            self.cost = None
        else:
            self.cost += price.cost(read, entry.output_tokens)

    def _model(self, function: WebhookFunction) -> dict[str, str]:
        """The field by which a function that takes prompts takes the run's model."""
        fields = function.fields.fields
        if self.variant.model is None or SAVED_PROMPT not in fields:
            return {}
        return {name: self.variant.model for name in MODEL_FIELDS if name in fields}

    def told(self, answered: Answered) -> Answered:
        """The answer with what its calls took; `model` and `request_id` are of the last call that
        asked a model, else of the first call, `found` and `knowledge` of the last one that answered
        from documents."""
        return replace(
            answered,
            found=self.found,
            knowledge=self.knowledge,
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            cost=self.cost,
            model=self.model,
            request_id=self.request_id,
        )


def messages_of(turns: Sequence[Any]) -> list[Message | None]:
    """The messages of a case's turns. Raises InvalidInput that names the turn."""
    return [_message(number, turn) for number, turn in enumerate(turns, start=1)]


def _message(number: int, turn: Any) -> Message | None:
    if isinstance(turn, str):
        return Message(turn)
    if not isinstance(turn, Mapping):
        raise InvalidInput(f"turn {number} is neither a text nor a message")
    if turn.get("type") == NO_RESPONSE:
        return None
    try:
        sent = load(MessageSchema(), turn)
        refused = sorted(sent.keys() & {"flow", "results", "contact"})
        if refused:
            raise InvalidInput(f"a turn has no {refused[0]}", fix="Put it into the case's body.")
        return message_of(sent)
    except InvalidInput as error:
        raise InvalidInput(
            f"turn {number}: {error.message}", fix=error.fix, fields=error.fields
        ) from None


def _started(asked: QuestionSet, case: Case) -> tuple[Contact, Mapping[str, Any], bool]:
    """The contact, the results that the flow begins with, and whether to pretend.

    Raises InvalidInput.
    """
    body = {**asked.body, **case.body}
    unknown = sorted(body.keys() - ABOUT)
    if unknown:
        raise InvalidInput(
            f"a flow takes no {unknown[0][:60]}",
            fix="A body for a flow has contact, results and pretend.",
            fields={"body": [f"Unknown: {', '.join(unknown)[:200]}."]},
        )
    start: dict[str, Any] = {key: body[key] for key in ("contact", "results") if key in body}
    loaded = load(MessageSchema(), {**start, "flow": asked.flow})
    known = contact_update_of(loaded)
    usual = ContactProfile()
    profile = ContactProfile(
        name=usual.name if known.name is None else known.name,
        phone=usual.phone if known.phone is None else known.phone,
        language=known.language or usual.language,
        fields=known.fields,
    )
    contact = profile.as_contact(datetime.now(UTC))
    contact.id = f"question-{secrets.token_hex(8)}"
    return contact, loaded.get("results", {}), body.get("pretend") is True
