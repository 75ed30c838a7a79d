"""The webhook function parse_via_chat_gpt."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from webhooks.answers import parse_answer
from webhooks.fields import FunctionSchema, Json, Number, Text, Whole, model_field
from webhooks.registry import Context, webhook
from webhooks.response_format import read_response_format


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
            "description": "What the model is told before the question (the system message).",
            "example": "Answer a ten-year-old in two sentences.",
        },
    )
    gpt_model = model_field("The model; else the organisation's default, else the service's.")
    model = model_field("Another name for gpt_model.")
    temperature = Number(
        0, 2, metadata={"description": "0 (always alike) to 2; sent only when given."}
    )
    response_format = Json(
        reads=read_response_format,
        metadata={
            "description": "text, json_object, or an object with a json_schema; JSON answers"
            " arrive as objects.",
            "example": "json_object",
        },
    )
    max_tokens = Whole(1, 128_000, metadata={"description": "Most tokens of the answer, 1 up."})


class ParseViaChatGptResultSchema(FunctionSchema):
    success = fields.Boolean(metadata={"description": "true"})
    parsed_msg = fields.Raw(
        metadata={
            "description": "The answer: an object or list where it is such JSON, else text.",
            "example": "Blue light scatters most in the air.",
        }
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

    Use it where a flow has saved what the contact wrote and wants the model's answer as
    `@results.<result_name>.parsed_msg`. Needs the organisation's OpenAI settings: active, with
    an API key. The prompt goes to the model as the system message, the question as the user's;
    what a contact typed is never part of the system message. An answer that is a JSON object or
    list arrives as one, so `@results.gpt_response.parsed_msg.name` works.

    Errors: empty_input, unresolved_variable, inactive, missing_api_key, invalid_api_key,
    insufficient_quota, model_not_found, refused, content_filter, truncated, provider_rejected,
    provider_timeout.
    Source: https://platform.openai.com/docs/api-reference/chat
    """
    response_format = data.get("response_format")
    client = context.openai()
    request: dict[str, Any] = {
        "model": data.get("gpt_model") or data.get("model"),
        "messages": messages(context, data.get("prompt"), data["question_text"]),
    }
    if data.get("temperature") is not None:
        request["temperature"] = data["temperature"]
    if data.get("max_tokens") is not None:
        request["max_completion_tokens"] = data["max_tokens"]
    if response_format:
        request["response_format"] = response_format
    wants_json = response_format is not None
    text = client.chat(request).first.require_text(whole=wants_json)
    return {"parsed_msg": parse_answer(text, must_be_json=wants_json)}


def messages(context: Context, prompt: str | None, question: str) -> list[dict[str, str]]:
    """The organisation's system prompt and the author's before the contact's words."""
    told = [context.organisation.section("openai").get("system_prompt"), prompt]
    system = "\n\n".join(text for text in told if text)
    user = {"role": "user", "content": question}
    return [{"role": "system", "content": system}, user] if system else [user]
