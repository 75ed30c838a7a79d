"""The webhook function filesearch-gpt."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from webhooks.fields import ResultSchema, Text
from webhooks.media.file_search import FileSearchFieldsSchema, answer_from_files, find_source
from webhooks.registry import Context, webhook


class FilesearchGptSchema(FileSearchFieldsSchema):
    question = Text(
        required=True,
        metadata={"description": "What the contact asked.", "example": "When are fees due?"},
    )


class FilesearchGptResultSchema(ResultSchema):
    message = fields.String(
        metadata={"description": "The answer.", "example": "Fees are due on the fifth."}
    )
    thread_id = fields.String(
        metadata={
            "description": "The conversation's id, to pass with the next question.",
            "example": "thread_q8Zk...",
        }
    )


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
)
def filesearch_gpt(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Answer a contact's question from the organisation's files.

    Use it when the answers are in documents that were uploaded to an OpenAI vector store. Give its
    id as `vector_store_id`, or give an `assistant_id` from the organisation's assistants settings,
    which hold a vector store, prompt and model. The answer is in `@results.<result_name>.message`,
    without citation marks. The conversation is remembered for 24 hours, up to 20 turns: pass the
    result's `thread_id` with the next question. A `thread_id` that is empty, was never set or
    belongs to another organisation begins a new conversation. Needs the organisation's OpenAI
    settings: active, with an API key.

    Errors: empty_input, unresolved_variable, invalid_input, inactive, missing_api_key,
    forbidden, model_not_found, refused, content_filter, truncated, provider_rejected,
    provider_timeout.
    Source: https://platform.openai.com/docs/guides/tools-file-search
    """
    source = find_source(data, context)
    answer, thread_id = answer_from_files(context, source, data["question"], data.get("thread_id"))
    return {"message": answer, "thread_id": thread_id}
