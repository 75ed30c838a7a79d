"""The webhook function filesearch-gpt."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from webhooks.approved_first import answer_id_field, source_field
from webhooks.fields import Text
from webhooks.guarded import GuardedResultSchema
from webhooks.leaving import TEXT
from webhooks.media.file_search import (
    FileSearchFieldsSchema,
    answer_from_files,
    find_source,
    found_in_files_field,
    sources_in_files_field,
)
from webhooks.registry import Context, webhook
from webhooks.saved_prompts import prompt_version_field


class FilesearchGptSchema(FileSearchFieldsSchema):
    question = Text(
        required=True,
        metadata={"description": "What the contact asked.", "example": "When are fees due?"},
    )


class FilesearchGptResultSchema(GuardedResultSchema):
    message = fields.String(
        metadata={"description": "The answer.", "example": "Fees are due on the fifth."}
    )
    thread_id = fields.String(
        metadata={
            "description": "The conversation's id, to pass with the next question.",
            "example": "thread_q8Zk...",
        }
    )
    found = found_in_files_field()
    sources = sources_in_files_field()
    prompt_version = prompt_version_field()
    source = source_field()
    answer_id = answer_id_field()


@webhook(
    fields=FilesearchGptSchema,
    result=FilesearchGptResultSchema,
    main="message",
    example={
        "contact": "@contact",
        "results": "@results",
        "question": "When are fees due?",
        "vector_store_id": "vs_68a1f0",
        "thread_id": "@results.filesearch.thread_id",
    },
    name="filesearch-gpt",
    question="question",
    begins_thread=True,
    leaves=(TEXT,),
    words=("question", "prompt_variables"),
)
def filesearch_gpt(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Answer a contact's question from the organisation's files.

    Use it when the answers are in documents. Name the organisation's base of documents as
    `knowledge`; or, for files that were uploaded to an OpenAI vector store, give its id as
    `vector_store_id`, or an `assistant_id` from the organisation's assistants settings, which hold
    a vector store, prompt and model. With `knowledge` the vector store is not asked.

    The answer is in `@results.<result_name>.message`, without citation marks, and `sources` tells
    where it stands. Split on `@results.<result_name>.found`: it is false where the documents do
    not hold the answer, and `message` is then `not_found_message`. Of a vector store it is false
    where the answer cites no file; then `message` stays what the model said if you give no
    `not_found_message`.

    The conversation is remembered for 24 hours, up to 20 turns: pass the
    result's `thread_id` with the next question. A `thread_id` that is empty, was never set or
    belongs to another organisation begins a new conversation. Needs the organisation's OpenAI
    settings: active, with an API key. Where the organisation uses approved answers, one that fits
    the question is given in place of the files': `source` tells which it was.

    Errors: empty_input, unresolved_variable, invalid_input, not_found (no such base of
    documents), inactive, missing_api_key, forbidden, model_not_found, refused, content_filter,
    truncated, provider_rejected, invalid_response, provider_timeout.
    Source: https://platform.openai.com/docs/guides/tools-file-search
    """
    source = find_source(data, context)
    return answer_from_files(data, context, source, data["question"])
