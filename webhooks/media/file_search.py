"""Answers from an organisation's files, with a thread: its own documents, or OpenAI's vector store.

An `assistant_id` is an alias: the organisation's `assistants` settings say which vector store,
prompt and model it means. The conversation is stored here, encrypted, not by the provider.

Whether a vector store held the answer is told by what the answer cites: `found` is true where it
names at least one file.

Source: https://platform.openai.com/docs/guides/tools-file-search
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import fields

from flowhook.errors import InvalidInput, ProviderRejected
from flowhook.providers.model_client import ChatRequest, CompletionChoice, FilesRequest, Message
from webhooks.chat.chat_request import thread_field
from webhooks.chat.from_knowledge import answer_from_knowledge
from webhooks.chat.messages import check_length, conversation
from webhooks.fields import Flag, FunctionSchema, Pasted, Text, ignored_field, model_field
from webhooks.knowledge_fields import (
    FOUND,
    FOUND_MEANS,
    KNOWLEDGE,
    NOT_FOUND_MESSAGE,
    SOURCES,
    found_field,
    knowledge_field,
    not_found_message_field,
    sources_field,
)
from webhooks.registry import Context, Result
from webhooks.saved_prompts import prompt_variables_field, saved_prompt_field

DEFAULT_PROMPT = "Answer from the files you find. Where they do not hold the answer, say so."


class FileSearchFieldsSchema(FunctionSchema):
    """The fields that choose files, instructions and conversation."""

    knowledge = knowledge_field()
    vector_store_id = Pasted(
        max_length=128,
        metadata={
            "description": "The OpenAI vector store to answer from; required unless you give"
            " knowledge or an assistant_id.",
            "example": "vs_68a1f0",
        },
    )
    assistant_id = Pasted(
        max_length=128,
        metadata={
            "description": "An id from the organisation's assistants settings, instead of the"
            " vector store.",
            "example": "asst_parents",
        },
    )
    thread_id = thread_field()
    prompt = Text(
        metadata={
            "description": "Instructions for the model before the question; added after the"
            " assistant's own prompt.",
            "example": "Answer a parent in two sentences.",
        }
    )
    not_found_message = not_found_message_field()
    saved_prompt = saved_prompt_field()
    prompt_variables = prompt_variables_field()
    remove_citation = Flag(
        load_default=True,
        metadata={
            "description": "Accepted for flows made for Glific: marks of sources such as"
            " 【4:0†fees.pdf】 are always left out.",
            "example": True,
        },
    )
    wait_time = ignored_field()
    endpoint = ignored_field()
    model = model_field("The model; if not given, the assistant's, organisation's or service's.")


def found_in_files_field() -> fields.Boolean:
    return found_field(f"{FOUND_MEANS} Of a vector store: whether the answer cites a file.")


def sources_in_files_field() -> fields.List:
    return sources_field(
        "Where the answer stands: document (its id), title, and page, 0 where it is not known;"
        " of a vector store the files that the answer cites."
    )


@dataclass(frozen=True, slots=True)
class Source:
    """The documents or the vector store to search, with its prompt, model and parameters."""

    vector_store_id: str
    prompt: str | None
    model: str | None
    temperature: float | None = None
    max_tokens: int | None = None


def find_source(data: dict[str, Any], context: Context) -> Source:
    """Find the documents or the vector store named, or the assistant's; raises InvalidInput
    without any."""
    assistant: dict[str, Any] = {}
    named = data.get("assistant_id")
    if named:
        known = context.organisation.section("assistants").get("assistants") or {}
        if named in known:
            assistant = known[named]
        elif not data.get("vector_store_id") and not data.get(KNOWLEDGE):
            raise InvalidInput(
                "this organisation has no assistant of that id",
                fix="Save it in the assistants settings with its vector store, or pass a"
                " vector_store_id; OpenAI's own assistants ended on 26 August 2026.",
                fields={"assistant_id": ["Not an id in the assistants settings."]},
            )
    store = data.get("vector_store_id") or assistant.get("vector_store_id") or ""
    if not store and not data.get(KNOWLEDGE):
        raise InvalidInput(
            "knowledge, vector_store_id or assistant_id is needed",
            fix="Pass the name of a base of documents, or the id of an OpenAI vector store of this"
            " account.",
            fields={"vector_store_id": ["Missing, and so are knowledge and assistant_id."]},
        )
    prompts = [text for text in (assistant.get("prompt"), data.get("prompt")) if text]
    return Source(
        vector_store_id=store,
        prompt="\n\n".join(prompts) or None,
        model=data.get("model") or assistant.get("model"),
        temperature=data.get("temperature"),
        max_tokens=data.get("max_tokens"),
    )


def answer_from_files(
    data: dict[str, Any], context: Context, source: Source, question: str, field: str = "question"
) -> Result:
    """Ask; returns the result: message, thread_id, found and sources.

    `field` is what an error calls the question.
    """
    client = context.model_client()
    model = client.account.resolve(source.model)
    thread = context.open_thread(data.get("thread_id"))
    said = [*thread.messages(model), {"role": "user", "content": question}]
    if data.get(KNOWLEDGE):
        request = _chat_request(context, source, model, said, field)
        earlier = [asked for asked, _ in thread.turns]
        told = answer_from_knowledge(context, data, request, earlier, field)
        text, held = told.answers[0], told.result
    else:
        choice = _ask_store(context, source, model, said, field)
        text, held = choice.require_text(), _held(choice)
        if not held[FOUND]:
            text = data.get(NOT_FOUND_MESSAGE) or text
    return {"message": text, "thread_id": context.remember(thread, question, text), **held}


def _chat_request(
    context: Context, source: Source, model: str, said: Sequence[Message], field: str
) -> ChatRequest:
    messages = conversation(context, source.prompt, said)
    check_length(model, messages, source.max_tokens, field)
    return ChatRequest(
        messages,
        model=source.model,
        temperature=source.temperature,
        max_tokens=source.max_tokens,
    )


def _ask_store(
    context: Context, source: Source, model: str, said: Sequence[Message], field: str
) -> CompletionChoice:
    told = [
        context.system_prompt,
        source.prompt or DEFAULT_PROMPT,
    ]
    instructions = "\n\n".join(text for text in told if text)
    check_length(model, [{"content": instructions}, *said], source.max_tokens, field)
    request = FilesRequest(
        said,
        instructions,
        source.vector_store_id,
        source.model,
        temperature=source.temperature,
        max_tokens=source.max_tokens,
    )
    try:
        return context.model_client().answer_from_files(request).first
    except ProviderRejected as rejected:
        raise ProviderRejected(
            rejected.message,
            fix="Check that the vector store belongs to this account, that base_url serves the"
            " Responses API, and what the message names.",
        ) from None


def _held(choice: CompletionChoice) -> Result:
    """What a flow learns of the files that an answer cites."""
    cited = [
        {"document": one.file_id, "title": one.filename, "page": 0} for one in choice.citations
    ]
    return {FOUND: bool(cited), SOURCES: cited}
