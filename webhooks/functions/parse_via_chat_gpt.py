"""The webhook function parse_via_chat_gpt."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from flowhook.providers.model_client import ChatRequest
from webhooks.chat.answers import ask_answers, parse_answer
from webhooks.chat.chat_request import effort_field, thread_field
from webhooks.chat.messages import check_length, conversation
from webhooks.chat.response_format import response_format_field
from webhooks.fields import FunctionSchema, Number, ResultSchema, Text, Whole, model_field
from webhooks.registry import Context, webhook


class ParseViaChatGptSchema(FunctionSchema):
    question_text = Text(
        required=True,
        metadata={
            "description": "What the contact asked.",
            "example": "Why is the sky blue?",
        },
    )
    prompt = Text(
        metadata={
            "description": "Instructions for the model before the question (the system message).",
            "example": "Answer a ten-year-old in two sentences.",
        },
    )
    gpt_model = model_field()
    model = model_field("Another name for gpt_model.")
    temperature = Number(
        0,
        2,
        metadata={"description": "0 (similar answers) to 2 (varied); sent only if given."},
    )
    response_format = response_format_field()
    max_tokens = Whole(
        1, 128_000, metadata={"description": "Maximum tokens of the answer, 1 or more."}
    )
    reasoning_effort = effort_field()
    thread_id = thread_field()


class ParseViaChatGptResultSchema(ResultSchema):
    parsed_msg = fields.Raw(
        metadata={
            "description": "The answer: text, or an object or list if the answer is JSON.",
            "example": "Blue light scatters most in the air.",
        }
    )
    thread_id = fields.String(
        metadata={"description": "The conversation's id, if thread_id was in the body."}
    )


@webhook(
    fields=ParseViaChatGptSchema,
    result=ParseViaChatGptResultSchema,
    main="parsed_msg",
    example={
        "contact": "@contact",
        "results": "@results",
        "question_text": "Why is the sky blue?",
        "gpt_model": "gpt-6-luna",
        "prompt": "Answer a ten-year-old in two sentences.",
    },
)
def parse_via_chat_gpt(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Answer a contact's question with a chat model.

    Use it when a flow has saved what the contact wrote and needs the model's answer as
    `@results.<result_name>.parsed_msg`. Needs the organisation's OpenAI settings: active, with
    an API key. The prompt is sent to the model as the system message, and the question as the
    user's message; what a contact typed is never part of the system message. If the answer is a
    JSON object or list, the result holds it as such, so `@results.gpt_response.parsed_msg.name`
    works. If `response_format` asks for JSON, the answer is checked; a wrong answer is sent back to
    the model once to be corrected.

    With `thread_id` in the body the model remembers the conversation: up to 20 turns, for 24
    hours. Pass the result's own `thread_id` with the next question, for example
    `"thread_id": "@results.gpt_response.thread_id"`; the first time it is not set yet, and a new
    conversation begins.

    Errors: invalid_input, empty_input, unresolved_variable, inactive, missing_api_key, forbidden,
    invalid_api_key, insufficient_quota, model_not_found, refused, content_filter, truncated,
    provider_rejected, invalid_response, provider_timeout.
    Source: https://platform.openai.com/docs/api-reference/chat
    """
    client = context.model_client()
    asked_model = data.get("gpt_model") or data.get("model")
    model = client.account.resolve(asked_model)
    thread = context.open_thread(data["thread_id"]) if "thread_id" in data else None
    question = data["question_text"]
    messages = conversation(
        context,
        data.get("prompt"),
        [{"role": "user", "content": question}],
        thread.messages(model) if thread else (),
    )
    check_length(model, messages, data.get("max_tokens"), "question_text")
    request = ChatRequest(
        messages,
        model=asked_model,
        temperature=data.get("temperature"),
        max_tokens=data.get("max_tokens"),
        reasoning_effort=data.get("reasoning_effort"),
        json_answer=data.get("response_format"),
    )
    answer = ask_answers(client, request)[0]
    parsed = parse_answer(answer) if isinstance(answer, str) else answer
    if thread:
        return {"parsed_msg": parsed, "thread_id": context.remember(thread, question, answer)}
    return {"parsed_msg": parsed}
