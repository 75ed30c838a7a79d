"""The webhook function function_calling."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from webhooks.chat.answers import parse_answer
from webhooks.chat.chat_request import (
    chat_request,
    max_tokens_field,
    prompt_field,
    sanitize_field,
    temperature_field,
    what_was_said,
)
from webhooks.chat.image_parts import SeenText, inline_images, read_part
from webhooks.chat.messages import messages_field
from webhooks.chat.sanitize import sanitize_text
from webhooks.fields import Flag, FunctionSchema, Json, model_field
from webhooks.guarded import IN_REPLY, NOTHING, GuardedResultSchema
from webhooks.leaving import PICTURES, TEXT
from webhooks.registry import Context, webhook
from webhooks.saved_prompts import (
    prompt_variables_field,
    prompt_version_field,
    saved_prompt_field,
)
from webhooks.tools.tool_calls import ToolChat
from webhooks.tools.tool_choice import offered_tools, read_functions


class FunctionCallingSchema(FunctionSchema):
    messages = messages_field(
        read_part,
        metadata={
            "description": 'The conversation so far: {"role": "system", "user" or "assistant",'
            ' "content": text}, up to 200 messages.',
            "example": [{"role": "user", "content": "Which buttons are in Yes|No?"}],
        },
    )
    input = SeenText(
        metadata={
            "description": "What the contact said; added as the last message after `messages`: a"
            " text, or a list of texts and images as in chat_with_vision.",
            "example": "Which buttons are in Yes|No?",
        }
    )
    prompt = prompt_field("Use the functions.")
    saved_prompt = saved_prompt_field()
    prompt_variables = prompt_variables_field()
    model = model_field()
    functions = Json(
        required=True,
        reads=read_functions,
        metadata={
            "description": "What the model may call, up to 64: names of webhook functions or of"
            ' published flows, or tool objects {"name", "description", "parameters"} of your own.',
            "example": ["get_buttons", "check_response"],
        },
    )
    max_tokens = max_tokens_field()
    temperature = temperature_field()
    sanitize_text = sanitize_field()
    run = Flag(
        load_default=True,
        metadata={
            "description": "Whether to run the functions that the model calls; false only lists the"
            " calls.",
            "example": True,
        },
    )


class FunctionCallingResultSchema(GuardedResultSchema):
    response = fields.Raw(
        metadata={
            "description": "The model's answer, an object if its saved prompt asks for JSON; N/A"
            " while calls are waiting for their results.",
            "example": "There are two: Yes and No.",
        }
    )
    calls = fields.List(
        fields.Dict(),
        metadata={
            IN_REPLY: NOTHING,
            "description": "What the model called, in order: name, arguments, result; and id in"
            " place of a result that is still owed.",
            "example": [
                {
                    "name": "get_buttons",
                    "arguments": {"buttons_data": "Yes|No"},
                    "result": {"success": True, "button_count": 2},
                }
            ],
        },
    )
    messages = fields.List(
        fields.Dict(),
        metadata={
            "description": "The conversation, where calls wait: for function_calling_response."
        },
    )
    prompt_version = prompt_version_field()


@webhook(
    fields=FunctionCallingSchema,
    result=FunctionCallingResultSchema,
    main="response",
    example={
        "input": "Which buttons are in Yes|No?",
        "functions": ["get_buttons"],
        "model": "gpt-6-luna",
        "run": True,
    },
    leaves=(TEXT, PICTURES),
    words=("messages", "input", "prompt_variables"),
)
def function_calling(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Let the model call functions, and answer with their results.

    `functions` names webhook functions of this service (GET /webhooks lists them), or flows that
    this organisation has published here. The model sees their fields and chooses; the service runs
    what it asks for with this organisation's settings, for up to 10 rounds, until the model answers
    in words. The fields that the model fills in are checked like those of any other call. If a
    function fails, the model gets the error, not you. A function called this way cannot itself use
    function_calling.

    With `run` false nothing is run: `calls` says what the model asks for. The same applies to tool
    objects of your own, which only you can run. Pass this whole result, together with yours, to
    function_calling_response to get the answer. If the model's reasoning can be turned off, it is
    turned off for this call, because OpenAI accepts functions only then; other models are asked
    through OpenAI's Responses API. This is Contentstack's action Function Calling; your
    sub-automations are tool objects.

    Errors: invalid_input, empty_input, unresolved_variable, inactive, missing_api_key,
    forbidden, invalid_api_key, insufficient_quota, model_not_found, refused, content_filter,
    truncated, provider_rejected, invalid_response, provider_timeout.
    Source: https://platform.openai.com/docs/guides/function-calling
    """
    prompt, asked = what_was_said(data)
    said = [{"role": "system", "content": prompt}, *asked] if prompt else asked
    inline_images(data.get("messages") or (), data.get("input"), context)
    tools = offered_tools(data["functions"], context)
    request = chat_request(data, [])
    chat = ToolChat(context.model_client(), context, tools, request, said)
    text, calls = chat.answer() if data["run"] is not False else chat.calls_only()
    waits = any(call.result is None for call in calls)
    answer = parse_answer(text, must_be_json=True) if request.json_answer and not waits else text
    if data.get("sanitize_text") and answer is text:
        answer = sanitize_text(text)
    result: dict[str, Any] = {"response": answer, "calls": [call.as_dict() for call in calls]}
    if waits:
        result["messages"] = chat.said
    return result
