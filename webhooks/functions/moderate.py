"""The webhook function moderate."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from flowhook.providers.model_client import ModerationRequest
from webhooks.fields import FunctionSchema, ResultSchema, Text
from webhooks.leaving import TEXT
from webhooks.registry import Context, webhook


class ModerateSchema(FunctionSchema):
    text = Text(
        required=True,
        metadata={"description": "The text to check.", "example": "I like your school."},
    )


class ModerateResultSchema(ResultSchema):
    flagged = fields.Boolean(
        metadata={"description": "Whether the text is harmful.", "example": False}
    )
    categories = fields.List(
        fields.String(),
        metadata={
            "description": "Why, for example harassment, hate, illicit, self-harm, sexual,"
            " violence; empty if nothing was found.",
            "example": [],
        },
    )


@webhook(
    fields=ModerateSchema,
    result=ModerateResultSchema,
    main="flagged",
    example={"text": "I like your school."},
    spends_tokens=False,
    leaves=(TEXT,),
)
def moderate(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Check whether a text is harmful, and in which way.

    Use it before you pass on a contact's words, or before you send a model's words to a contact.
    Route on `flagged`. OpenAI does not charge for it. The model is `omni-moderation-latest`; an
    organisation that limits `allowed_models` has to include it. Needs the organisation's OpenAI
    settings.

    Errors: empty_input, unresolved_variable, inactive, missing_api_key, forbidden,
    invalid_api_key, model_not_found, provider_rejected, invalid_response, provider_timeout.
    Source: https://platform.openai.com/docs/api-reference/moderations
    """
    judged = context.model_client().moderate(ModerationRequest(data["text"]))
    return {"flagged": judged.flagged, "categories": list(judged.categories)}
