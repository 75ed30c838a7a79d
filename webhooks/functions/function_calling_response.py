"""The webhook function function_calling_response."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from webhooks.chat.answers import ask_answers
from webhooks.chat.chat_request import (
    chat_request,
    max_tokens_field,
    sanitize_field,
    temperature_field,
)
from webhooks.chat.messages import check_length, conversation
from webhooks.chat.sanitize import sanitize_text
from webhooks.fields import FunctionSchema, Json, model_field
from webhooks.guarded import GuardedResultSchema
from webhooks.leaving import TEXT
from webhooks.registry import Context, webhook
from webhooks.tools.tool_calls import with_results_as_data
from webhooks.tools.tool_results import read_earlier, with_results


class FunctionCallingResponseSchema(FunctionSchema):
    function_calling_response = Json(
        required=True,
        reads=read_earlier,
        metadata={
            "description": "The whole result of function_calling.",
            "example": {"calls": [{"name": "order_status", "arguments": {"order": "A17"}}]},
        },
    )
    sub_automation_response = Json(
        required=True,
        metadata={
            "description": "The result you obtained for the call, a text or any JSON; for several"
            " calls a list in their order, or an object by the calls' ids or names.",
            "example": {"status": "on its way"},
        },
    )
    model = model_field()
    max_tokens = max_tokens_field()
    temperature = temperature_field()
    sanitize_text = sanitize_field()


class FunctionCallingResponseResultSchema(GuardedResultSchema):
    response = fields.String(
        metadata={"description": "The model's answer.", "example": "Order A17 is on its way."}
    )


@webhook(
    fields=FunctionCallingResponseSchema,
    result=FunctionCallingResponseResultSchema,
    main="response",
    example={
        "function_calling_response": {
            "calls": [{"name": "order_status", "arguments": {"order": "A17"}}]
        },
        "sub_automation_response": {"status": "on its way"},
        "model": "gpt-6-luna",
    },
    leaves=(TEXT,),
    words=(),
)
def function_calling_response(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Give the model the result of a function that you ran yourself, and get its answer.

    Use it after function_calling with `run` false or with tool objects of your own: pass that
    result as `function_calling_response`, and what your flow or sub-automation obtained as
    `sub_automation_response`. The whole result contains the conversation; if you pass only its
    `calls`, the model knows only what it called. OpenAI's own messages with tool_calls are
    accepted as well. Needs the organisation's OpenAI settings. This is Contentstack's action
    Function Calling Response.

    Errors: invalid_input, empty_input, unresolved_variable, inactive, missing_api_key,
    forbidden, invalid_api_key, insufficient_quota, model_not_found, refused, content_filter,
    truncated, provider_rejected, provider_timeout.
    Source: https://platform.openai.com/docs/guides/function-calling
    """
    said = with_results(data["function_calling_response"], data["sub_automation_response"])
    messages = with_results_as_data(conversation(context, None, said))
    client = context.model_client()
    model = client.account.resolve(data.get("model"))
    check_length(model, messages, data.get("max_tokens"), "function_calling_response")
    text = ask_answers(client, chat_request(data, messages))[0]
    return {"response": sanitize_text(text) if data.get("sanitize_text") else text}
