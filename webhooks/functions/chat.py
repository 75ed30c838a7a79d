"""The webhook function chat."""

from __future__ import annotations

from typing import Any

from webhooks.chat.chat_request import ChatFieldsSchema, ChatResultSchema, answer_chat
from webhooks.chat.messages import messages_field, read_text_part
from webhooks.knowledge_fields import (
    found_field,
    knowledge_field,
    not_found_message_field,
    sources_field,
)
from webhooks.leaving import TEXT
from webhooks.registry import Context, webhook
from webhooks.saved_prompts import (
    prompt_variables_field,
    prompt_version_field,
    saved_prompt_field,
)


class ChatSchema(ChatFieldsSchema):
    messages = messages_field(
        read_text_part,
        metadata={
            "description": 'The conversation so far, in order: {"role": "system", "user" or'
            ' "assistant", "content": text}, up to 200 messages.',
            "example": [{"role": "user", "content": "Why is the sky blue?"}],
        },
    )
    saved_prompt = saved_prompt_field()
    prompt_variables = prompt_variables_field()
    knowledge = knowledge_field()
    not_found_message = not_found_message_field()


class ChatOwnResultSchema(ChatResultSchema):
    prompt_version = prompt_version_field()
    found = found_field()
    sources = sources_field()


@webhook(
    fields=ChatSchema,
    result=ChatOwnResultSchema,
    main="response",
    example={
        "messages": [
            {"role": "system", "content": "Answer a ten-year-old in two sentences."},
            {"role": "user", "content": "Why is the sky blue?"},
        ],
        "model": "gpt-6-luna",
        "response_type": "text",
        "max_tokens": 300,
    },
    leaves=(TEXT,),
    words=("messages", "input", "prompt_variables"),
)
def chat(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Chat with a model: whole conversations, several answers, JSON that follows a schema.

    Give `messages`, or a `prompt` (sent to the model as the system message) and an `input` (what
    the contact said), or all three: the prompt comes first and the input last. Put what a contact
    typed into `input` or into a user's message, never into the prompt. `response` is the first
    answer, `responses` holds all `n` answers.

    With `response_type` json the answer is a JSON object. With structured it is an object that
    follows `schema`, which the service checks too; read it with
    `@results.<result_name>.response.<property>`. An answer that does not follow the schema is sent
    back to the model once to be corrected. With `thread_id` the model remembers the conversation:
    up to 20 turns, for 24 hours.

    With `knowledge` the last message of the user is answered from that base of the organisation's
    documents and from nothing else, as parse_via_chat_gpt does it: `found` tells whether they hold
    the answer, `sources` where it stands, both of the first of `n` answers.

    Needs the organisation's OpenAI settings. This is Contentstack's action Chat.

    Errors: invalid_input, empty_input, unresolved_variable, not_found (no such base of
    documents), inactive, missing_api_key, forbidden, invalid_api_key, insufficient_quota,
    model_not_found, refused, content_filter, truncated, provider_rejected, invalid_response,
    provider_timeout.
    Source: https://platform.openai.com/docs/api-reference/chat
    """
    return answer_chat(data, context)
