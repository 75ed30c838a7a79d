"""The webhook function get_buttons."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from flowhook.errors import EmptyInput
from webhooks.fields import FunctionSchema, ResultSchema, Text
from webhooks.leaving import NOTHING
from webhooks.registry import Context, webhook


class GetButtonsSchema(FunctionSchema):
    buttons_data = Text(
        required=True,
        metadata={
            "description": "Button titles, separated by |.",
            "example": "Yes | No | Later",
        },
    )


class GetButtonsResultSchema(ResultSchema):
    buttons = fields.Dict(
        metadata={
            "description": "The titles, trimmed, as button_1, button_2, ...",
            "example": {"button_1": "Yes", "button_2": "No", "button_3": "Later"},
        }
    )
    button_count = fields.Integer(metadata={"description": "How many titles.", "example": 3})
    is_valid = fields.Boolean(metadata={"description": "true", "example": True})


@webhook(
    fields=GetButtonsSchema,
    result=GetButtonsResultSchema,
    main="buttons",
    example={"buttons_data": "Yes | No | Later"},
    spends_tokens=False,
    leaves=NOTHING,
)
def get_buttons(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Split a text at | into numbered button titles.

    Use it when button titles come from a sheet or another webhook: the flow reads
    `@results.<result_name>.buttons.button_1` and so on, and routes on `button_count`. Empty
    titles are left out. Needs no settings and asks no provider.

    Errors: empty_input.
    Source: Glific's built-in function of the same name.
    """
    titles = [title.strip() for title in data["buttons_data"].split("|")]
    titles = [title for title in titles if title]
    if not titles:
        raise EmptyInput(
            "buttons_data holds no title",
            fix='Separate the titles by |, for example "Yes|No".',
            fields={"buttons_data": ["Must hold at least one title."]},
        )
    return {
        "buttons": {f"button_{place}": title for place, title in enumerate(titles, start=1)},
        "button_count": len(titles),
        "is_valid": True,
    }
