"""The webhook function parse_via_gpt_vision."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from flowhook.media import samples
from flowhook.media.caller import read_image
from flowhook.providers.model_client import ChatRequest
from webhooks.chat.answers import ask_answers, parse_answer
from webhooks.chat.messages import check_length, conversation
from webhooks.chat.response_format import response_format_field
from webhooks.fields import FunctionSchema, Pasted, Text, model_field
from webhooks.guarded import GuardedResultSchema
from webhooks.leaving import PICTURES, TEXT
from webhooks.registry import Context, webhook
from webhooks.saved_prompts import (
    prompt_variables_field,
    prompt_version_field,
    saved_prompt_field,
)

DEFAULT_PROMPT = "Describe this image."


class ParseViaGptVisionSchema(FunctionSchema):
    url = Pasted(
        required=True,
        max_length=1_048_576,
        metadata={
            "description": "Link to the image (JPEG, PNG, WebP or GIF, at most 5 MiB), or a data"
            " URL.",
            "example": "https://upload.wikimedia.org/wikipedia/commons/a/a9/Example.jpg",
        },
    )
    prompt = Text(
        metadata={
            "description": f"What to do with the image (default: {DEFAULT_PROMPT})",
            "example": "Which plant is this, and does it look healthy?",
        },
    )
    saved_prompt = saved_prompt_field()
    prompt_variables = prompt_variables_field()
    model = model_field()
    gpt_model = model_field("Another name for model.")
    response_format = response_format_field()


class ParseViaGptVisionResultSchema(GuardedResultSchema):
    response = fields.Raw(
        metadata={
            "description": "The answer: text, or an object or list if the answer is JSON.",
            "example": "A tomato plant; its lower leaves show early blight.",
        }
    )
    prompt_version = prompt_version_field()


@webhook(
    fields=ParseViaGptVisionSchema,
    result=ParseViaGptVisionResultSchema,
    main="response",
    example={
        "contact": "@contact",
        "results": "@results",
        "url": samples.IMAGE,
        "prompt": "Which colour is this?",
    },
    leaves=(TEXT, PICTURES),
    words=("prompt", "prompt_variables"),
)
def parse_via_gpt_vision(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Answer a prompt about a picture with a chat model that can see it.

    Use it when a contact sent a picture: pass its link as `url` and read
    `@results.<result_name>.response`. The service downloads the picture itself and sends it with
    the request, so links that expire or that OpenAI cannot open work too. Needs the organisation's
    OpenAI settings: active, with an API key, and a model that accepts images. The picture may have
    at most 5 MiB; its content, whatever its name, must be JPEG, PNG, WebP or GIF.

    Errors: empty_input, unresolved_variable, invalid_input, too_large, inactive,
    missing_api_key, model_not_found, refused, content_filter, truncated, invalid_response,
    provider_unavailable, provider_timeout.
    Source: https://platform.openai.com/docs/guides/images-vision
    """
    client = context.model_client()
    client.check_may_send("a picture")
    image = read_image(context.fetch, data["url"])
    user = [
        {"type": "text", "text": data.get("prompt") or DEFAULT_PROMPT},
        {"type": "image_url", "image_url": {"url": image.as_data_url()}},
    ]
    asked_model = data.get("model") or data.get("gpt_model")
    messages = conversation(context, None, [{"role": "user", "content": user}])
    max_tokens = data.get("max_tokens")
    check_length(client.account.resolve(asked_model), messages, max_tokens, "prompt")
    request = ChatRequest(
        messages,
        asked_model,
        max_tokens=max_tokens,
        temperature=data.get("temperature"),
        json_answer=data.get("response_format"),
    )
    answer = ask_answers(client, request)[0]
    return {"response": parse_answer(answer) if isinstance(answer, str) else answer}
