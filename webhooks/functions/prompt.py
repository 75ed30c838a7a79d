"""The webhook function prompt."""

from __future__ import annotations

from typing import Any

import orjson
from marshmallow import ValidationError, fields

from webhooks.chat.answers import ask_answers
from webhooks.chat.chat_request import (
    chat_request,
    choices_field,
    effort_field,
    penalty_field,
    sanitize_field,
    temperature_field,
)
from webhooks.chat.messages import check_length, conversation
from webhooks.chat.sanitize import sanitize_text
from webhooks.fields import (
    FunctionSchema,
    Json,
    Number,
    Text,
    Whole,
    check_set,
    model_field,
)
from webhooks.guarded import IN_REPLY, REPEATED, GuardedResultSchema
from webhooks.leaving import TEXT
from webhooks.registry import Context, webhook


class PromptText(Text):
    """A text, or any JSON object or list, which the model gets as its JSON text."""

    def tidied(self, value: Any) -> Any:
        if isinstance(value, dict | list) and value:
            value = orjson.dumps(value).decode()
        return super().tidied(value)


class StopTexts(Json):
    """Texts at which an answer ends: a list, or one as it is, be it a line break or a digit."""

    def tidied(self, value: Any) -> Any:
        if isinstance(value, str) and value and not value.lstrip().startswith("["):
            check_set(value)
            return [value]
        return super().tidied(value)


def read_stop(value: Any) -> list[str] | None:
    """Read where an answer ends: a text, or a list of at most four."""
    if value in (None, "", []):
        return None
    texts = value if isinstance(value, list) else [value]
    if len(texts) > 4 or not all(isinstance(text, str) and 0 < len(text) <= 200 for text in texts):
        raise ValidationError("Must be a text, or a list of at most four texts.")
    return texts


class PromptSchema(FunctionSchema):
    prompt = PromptText(
        required=True,
        metadata={
            "description": "The prompt: a text, or JSON.",
            "example": "Write a slogan for a school library.",
        },
    )
    model = model_field()
    n = choices_field()
    max_tokens = Whole(
        1,
        128_000,
        metadata={"description": "Maximum tokens of the answer, as far as the model takes it."},
    )
    temperature = temperature_field()
    top_p = Number(
        0, 1, metadata={"description": "Choose among the likeliest words, 0 to 1; sent if given."}
    )
    stop = StopTexts(
        reads=read_stop,
        metadata={
            "description": "A text, or up to four, at which the answer ends.",
            "example": ["\n\n"],
        },
    )
    reasoning_effort = effort_field()
    user = Text(
        tells_more=True,
        max_length=512,
        metadata={
            "description": "An id of the person behind the call, passed on to the provider, which"
            " uses it to find abuse; send no name or phone number.",
            "example": "contact-17",
        },
    )
    frequency_penalty = penalty_field("words that were used often")
    presence_penalty = penalty_field("words that were used at all")
    sanitize_text = sanitize_field()


class PromptResultSchema(GuardedResultSchema):
    response = fields.String(
        metadata={"description": "The first answer.", "example": "Every book is a door."}
    )
    responses = fields.List(
        fields.String(),
        metadata={
            "description": "All n answers, including the first.",
            "example": ["Every book is a door."],
            IN_REPLY: REPEATED,
        },
    )


@webhook(
    fields=PromptSchema,
    result=PromptResultSchema,
    main="response",
    example={
        "prompt": "Write a slogan for a school library.",
        "model": "gpt-6-luna",
        "max_tokens": 200,
        "n": 1,
    },
    leaves=(TEXT,),
    words=("prompt",),
)
def prompt(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Send one prompt to a model and get its text back.

    This is the simplest call: no messages, no memory. `prompt` may also be JSON, which the model
    reads as text; its answer is returned unchanged. If the organisation has a system prompt, it is
    sent first. `response` is the first answer, `responses` holds all `n` answers. Needs the
    organisation's OpenAI settings. This is Contentstack's action Prompt. It also serves SAP Cloud
    Integration flows that send a JSON text to the completions API: OpenAI has shut down that
    API's models, so the chat models answer here.

    Errors: invalid_input, empty_input, unresolved_variable, inactive, missing_api_key,
    forbidden, invalid_api_key, insufficient_quota, model_not_found, refused, content_filter,
    truncated, provider_rejected, provider_timeout.
    Source: https://platform.openai.com/docs/api-reference/chat
    """
    client = context.model_client()
    messages = conversation(context, None, [{"role": "user", "content": data["prompt"]}])
    model = client.account.resolve(data.get("model"))
    check_length(model, messages, data.get("max_tokens"), "prompt")
    answers = ask_answers(client, chat_request(data, messages))
    if data.get("sanitize_text"):
        answers = [sanitize_text(answer) for answer in answers]
    return {"response": answers[0], "responses": answers}
