"""Answers a function's question from the organisation's documents.

The passages nearest to the question go to the model with it. Where none can hold the answer, which
the search tells by words and embeddings, no model is asked, so that it costs no tokens. Nothing
here is reached by a call without `knowledge`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from answers.knowledge import answering
from answers.knowledge.base import KnowledgeBase
from answers.knowledge.document import Findings, FoundPassage
from answers.knowledge.not_found import not_found_text
from flowhook.errors import EmptyInput, InvalidInput
from flowhook.providers.model_client import ChatRequest, EmbeddingRequest, JsonAnswer, Message
from webhooks.chat.answers import ask_answers
from webhooks.chat.messages import check_length, text_of, with_rules
from webhooks.context import AnsweredFrom, Context
from webhooks.context_size import BYTES_A_TOKEN, context_tokens, estimate_tokens
from webhooks.knowledge_fields import FOUND, KNOWLEDGE, NOT_FOUND_MESSAGE, SOURCES

MAX_PASSAGE_TOKENS = 12_000
LIKELY_ANSWER_TOKENS = 1_000  # of an answer without max_tokens
FORM_TOKENS = 64  # what the JSON around an answer takes
MESSAGE_TOKENS = 8


@dataclass(frozen=True, slots=True)
class KnowledgeAnswer:
    """The answers, at least one; `passages` are those that the first one rests on, and it is
    not_found_message where they are none."""

    answers: list[Any] = field(repr=False)
    passages: Sequence[FoundPassage] = ()

    @property
    def result(self) -> dict[str, Any]:
        """The keys that tell a flow what held the answer."""
        return {FOUND: bool(self.passages), SOURCES: answering.sources_of(self.passages)}


def answer_from_knowledge(
    context: Context,
    data: Mapping[str, Any],
    request: ChatRequest,
    earlier: Sequence[str],
    asked_in: str,
) -> KnowledgeAnswer:
    """Answer the last message of the user in `request` from the bases that the call names.

    `earlier` are the questions asked before. Raises NotFound for an unknown base, and InvalidInput
    that names the field `asked_in` where the question is too long.
    """
    bases: tuple[str, ...] = data[KNOWLEDGE]
    context.answered_from = used = AnsweredFrom(",".join(bases))
    rules = answering.rules_of(_form(request.json_answer, answering.MAX_PASSAGES).schema or {})
    at = _place_of_question(request.messages, asked_in)
    question = text_of(request.messages[at]["content"])
    findings = _search(context, bases, question, earlier)
    otherwise = data.get(NOT_FOUND_MESSAGE) or not_found_text(question)
    if not findings.holds:
        return KnowledgeAnswer([otherwise] * (request.choices or 1))
    model = context.model_client().account.resolve(request.model)
    said = [_without_fences(one) for one in request.messages]
    messages = with_rules(said, rules)
    passages = answering.within(findings.passages, _room(model, messages, request.max_tokens))
    place = at + len(messages) - len(request.messages)
    asked = {**messages[place], "content": answering.with_passages(question, passages)}
    messages = [*messages[:place], asked, *messages[place + 1 :]]
    more = None if request.max_tokens is None else request.max_tokens + FORM_TOKENS
    check_length(model, messages, more, asked_in)
    form = _form(request.json_answer, len(passages))
    request = replace(request, messages=messages, max_tokens=more, json_answer=form)
    told = ask_answers(context.model_client(), request)
    read = [answering.read_answer(one, passages) for one in told]
    used.passages = tuple(answering.described(one) for one in read[0].passages or passages)
    used.found, used.sources = read[0].found, len(answering.sources_of(read[0].passages))
    return KnowledgeAnswer(
        [one.answer if one.found else otherwise for one in read], read[0].passages
    )


def _form(asked: JsonAnswer | None, count: int) -> JsonAnswer:
    """The form of the model's answer from so many passages, in which stands the one that the caller
    asked for."""
    schema = None if asked is None else asked.schema or {"type": "object"}
    try:
        form = answering.schema_of(schema, count)
    except answering.HasReferences:
        raise InvalidInput(
            "with knowledge, the schema of an answer may not have $ref",
            fix="Write out what $ref stands for, or leave out knowledge.",
            fields={"response_format": ["Has $ref, which does not go with knowledge."]},
        ) from None
    strict = asked is None or (asked.strict and asked.schema is not None)
    return JsonAnswer(form, asked.name if asked else "answer", strict, answering.DESCRIPTION)


def _without_fences(message: Message) -> Message:
    """A message of the conversation that holds nothing like a passage, unless the author wrote
    it."""
    if message["role"] == "system":
        return message
    return {**message, "content": answering.without_fences(text_of(message["content"]))}


def _place_of_question(messages: Sequence[Message], asked_in: str) -> int:
    places = [at for at, one in enumerate(messages) if one["role"] == "user"]
    if not places:
        raise EmptyInput(
            "with knowledge, a message of the user is needed: the question",
            fields={asked_in: ["Holds no question."]},
        )
    return places[-1]


def _search(
    context: Context, bases: Sequence[str], question: str, earlier: Sequence[str]
) -> Findings:
    """The passages of all bases that may answer; first learns that all bases exist."""
    known = {name: context.service.knowledge.base(context.organisation, name) for name in bases}
    searches = (_search_of(context, base) for base in known.values())
    return answering.joined(answering.found_for(one, question, earlier) for one in searches)


def _search_of(context: Context, base: KnowledgeBase) -> answering.Search:
    """What searches a base: by words, and by the embeddings of its model if it has one."""
    model = base.embedding_model

    def embed(texts: list[str]) -> Sequence[Sequence[float]]:
        return context.model_client().embed(EmbeddingRequest(texts, model=model)).vectors

    def search(question: str) -> Findings:
        return context.service.knowledge.search(
            context.organisation, base.name, question, embed=embed if model else None
        )

    return search


def _room(model: str, messages: Sequence[Message], max_tokens: int | None) -> int:
    """How many bytes of passages the model's context takes beside all else."""
    said = sum(estimate_tokens(text_of(one.get("content"))) + MESSAGE_TOKENS for one in messages)
    fences = answering.MAX_PASSAGES * 20 + 80
    answer = (max_tokens or LIKELY_ANSWER_TOKENS) + FORM_TOKENS
    left = context_tokens(model) - said - fences - answer
    return min(left, MAX_PASSAGE_TOKENS) * BYTES_A_TOKEN
