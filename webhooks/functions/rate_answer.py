"""The webhook function rate_answer."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from answers.approved.counts import DOWN, THUMBS, UP
from webhooks.fields import Choice, FunctionSchema, Pasted, ResultSchema
from webhooks.leaving import NOTHING
from webhooks.registry import Context, webhook

ALSO = {"👍": UP, "yes": UP, "good": UP, "👎": DOWN, "no": DOWN, "bad": DOWN}


class RateAnswerSchema(FunctionSchema):
    answer_id = Pasted(
        required=True,
        max_length=64,
        metadata={
            "description": "The answer_id of a result whose source is approved.",
            "example": "fe6d2b80c41a5d3c9b27",
        },
    )
    thumbs = Choice(
        THUMBS,
        also=ALSO,
        required=True,
        metadata={
            "description": "up or down; yes, good and 👍, no, bad and 👎 are understood too.",
            "example": "up",
        },
    )


class RateAnswerResultSchema(ResultSchema):
    thumbs = fields.String(metadata={"description": "What was counted.", "example": "up"})


@webhook(
    fields=RateAnswerSchema,
    result=RateAnswerResultSchema,
    main="thumbs",
    example={"answer_id": "fe6d2b80c41a5d3c9b27", "thumbs": "up"},
    spends_tokens=False,
    leaves=NOTHING,
)
def rate_answer(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Count whether a contact found an approved answer helpful.

    Use it after parse_via_chat_gpt or filesearch-gpt answered with source approved, and the flow
    asked the contact whether that helped: `"answer_id": "@results.answer.answer_id"`. The list of
    approved answers shows the thumbs of each. Every call counts: ask a contact once. Needs no
    settings and asks no provider.

    Errors: empty_input, unresolved_variable, invalid_input, not_found.
    Source: Flowhook.
    """
    context.rate_answer(data["answer_id"], data["thumbs"])
    return {"thumbs": data["thumbs"]}
