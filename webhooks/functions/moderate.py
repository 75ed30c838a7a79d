"""The webhook function moderate."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from flowhook.errors import InvalidResponse
from webhooks.fields import FunctionSchema, ResultSchema, Text
from webhooks.registry import Context, webhook

MODEL = "omni-moderation-latest"


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
    answer = context.openai().ask("/moderations", {"model": MODEL, "input": data["text"]})
    results = answer.get("results")
    judged = results[0] if isinstance(results, list) and results else None
    flagged = judged.get("flagged") if isinstance(judged, dict) else None
    categories = judged.get("categories") if isinstance(judged, dict) else None
    if not isinstance(flagged, bool):
        raise InvalidResponse("the provider's answer does not say whether the text is flagged")
    named = categories if isinstance(categories, dict) else {}
    found = sorted(name for name, is_found in named.items() if is_found is True)
    return {"flagged": flagged, "categories": found}
