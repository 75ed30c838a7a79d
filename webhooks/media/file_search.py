"""Answers from an organisation's files, with a thread.

An `assistant_id` is an alias: the organisation's `assistants` settings say which vector store,
prompt and model it means. The conversation is stored here, encrypted, not by the provider.

Source: https://platform.openai.com/docs/guides/tools-file-search
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flowhook.errors import InvalidInput, ProviderRejected
from flowhook.providers.model_client import FilesRequest
from webhooks.chat.chat_request import thread_field
from webhooks.chat.messages import check_length
from webhooks.fields import Flag, FunctionSchema, Pasted, Text, ignored_field, model_field
from webhooks.registry import Context

DEFAULT_PROMPT = "Answer from the files you find. Where they do not hold the answer, say so."


class FileSearchFieldsSchema(FunctionSchema):
    """The fields that choose files, instructions and conversation."""

    vector_store_id = Pasted(
        max_length=128,
        metadata={
            "description": "The OpenAI vector store to answer from; required unless you give an"
            " assistant_id.",
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


@dataclass(frozen=True, slots=True)
class Source:
    """The vector store to search, with its prompt and model."""

    vector_store_id: str
    prompt: str | None
    model: str | None


def find_source(data: dict[str, Any], context: Context) -> Source:
    """Find the vector store named, or the assistant's; raises InvalidInput without either."""
    assistant: dict[str, Any] = {}
    named = data.get("assistant_id")
    if named:
        known = context.organisation.section("assistants").get("assistants") or {}
        if named in known:
            assistant = known[named]
        elif not data.get("vector_store_id"):
            raise InvalidInput(
                "this organisation has no assistant of that id",
                fix="Save it in the assistants settings with its vector store, or pass a"
                " vector_store_id; OpenAI's own assistants ended on 26 August 2026.",
                fields={"assistant_id": ["Not an id in the assistants settings."]},
            )
    store = data.get("vector_store_id") or assistant.get("vector_store_id")
    if not store:
        raise InvalidInput(
            "vector_store_id or assistant_id is needed",
            fix="Pass the id of an OpenAI vector store of this account.",
            fields={"vector_store_id": ["Missing, and so is assistant_id."]},
        )
    prompts = [text for text in (assistant.get("prompt"), data.get("prompt")) if text]
    return Source(
        vector_store_id=store,
        prompt="\n\n".join(prompts) or None,
        model=data.get("model") or assistant.get("model"),
    )


def answer_from_files(
    context: Context, source: Source, question: str, thread_id: str | None, field: str = "question"
) -> tuple[str, str]:
    """Ask; returns the answer and the id of its conversation."""
    client = context.model_client()
    model = client.account.resolve(source.model)
    thread = context.open_thread(thread_id)
    said = [*thread.messages(model), {"role": "user", "content": question}]
    told = [
        context.system_prompt,
        source.prompt or DEFAULT_PROMPT,
    ]
    instructions = "\n\n".join(text for text in told if text)
    check_length(model, [{"content": instructions}, *said], None, field)
    request = FilesRequest(said, instructions, source.vector_store_id, source.model)
    try:
        answer = client.answer_from_files(request)
    except ProviderRejected as rejected:
        raise ProviderRejected(
            rejected.message,
            fix="Check that the vector store belongs to this account, that base_url serves the"
            " Responses API, and what the message names.",
        ) from None
    text = answer.first.require_text()
    return text, context.remember(thread, question, text)
