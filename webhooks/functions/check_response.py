"""The webhook function check_response."""

from __future__ import annotations

import unicodedata
from typing import Any

from marshmallow import fields

from webhooks.fields import FunctionSchema, ResultSchema, Text
from webhooks.leaving import NOTHING
from webhooks.registry import Context, webhook

# As long as a WhatsApp message; ordering a text's accents takes the square of their number.
MAX_CHARACTERS = 4_096


class CheckResponseSchema(FunctionSchema):
    correct_response = Text(
        required=True,
        max_length=MAX_CHARACTERS,
        metadata={
            "description": "The right answer, at most 4,096 characters.",
            "example": "Paris",
        },
    )
    user_response = Text(
        required=True,
        max_length=MAX_CHARACTERS,
        metadata={
            "description": "What the contact answered, at most 4,096 characters.",
            "example": "Paris",
        },
    )


class CheckResponseResultSchema(ResultSchema):
    response = fields.Boolean(
        metadata={"description": "Whether the two texts are the same.", "example": True}
    )


@webhook(
    fields=CheckResponseSchema,
    result=CheckResponseResultSchema,
    main="response",
    example={"correct_response": "Paris", "user_response": "Paris"},
    spends_tokens=False,
    leaves=NOTHING,
)
def check_response(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Check whether a contact's answer is exactly the right one, letter for letter.

    Capital letters and spaces must match; it makes no difference in which of Unicode's equivalent
    ways an accent or a vowel sign was typed. The Success branch is taken in both cases, so route
    on `response`. Needs no settings and asks no provider.

    Errors: empty_input, unresolved_variable, invalid_input.
    Source: Glific's built-in function of the same name; Unicode Standard Annex 15.
    """
    correct, given = data["correct_response"], data["user_response"]
    same = unicodedata.normalize("NFD", correct) == unicodedata.normalize("NFD", given)
    return {"response": same}
