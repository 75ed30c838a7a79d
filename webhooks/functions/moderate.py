"""The webhook function moderate."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from flowhook.providers.model_client import ModerationRequest
from webhooks.fields import FunctionSchema, ResultSchema, Text
from webhooks.registry import Context, webhook


class ModerateSchema(FunctionSchema):
    text = Text(
        required=True,
        metadata={"description": "What is to be judged.", "example": "I like your school."},
    )


class ModerateResultSchema(ResultSchema):
    flagged = fields.Boolean(
        metadata={"description": "Whether the text is harmful.", "example": False}
    )
    categories = fields.List(
        fields.String(),
        metadata={
            "description": "Why, for example harassment, hate, illicit, self-harm, sexual,"
            " violence; empty where nothing was found.",
            "example": [],
        },
    )


@webhook(
    fields=ModerateSchema,
    result=ModerateResultSchema,
    main="flagged",
    example={"text": "I like your school."},
    spends_tokens=False,
)
def moderate(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Tell whether a text is harmful, and in which way.

    Use it before a contact's words go anywhere, or before a model's go to a contact: route on
    `flagged`. OpenAI does not charge for it. The model is `omni-moderation-latest`: an
    organisation with `allowed_models` has to list it. Needs the organisation's OpenAI settings.

    Errors: empty_input, unresolved_variable, inactive, missing_api_key, forbidden,
    invalid_api_key, model_not_found, provider_rejected, invalid_response, provider_timeout.
    Source: https://platform.openai.com/docs/api-reference/moderations
    """
    judged = context.model_client().moderate(ModerationRequest(data["text"]))
    return {"flagged": judged.flagged, "categories": list(judged.categories)}
