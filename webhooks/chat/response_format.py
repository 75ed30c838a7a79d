"""The field `response_format` of chat functions."""

from __future__ import annotations

from flowhook.response_format import read_response_format
from webhooks.fields import Json


def response_format_field() -> Json:
    return Json(
        reads=read_response_format,
        metadata={
            "description": "text, json_object, or an object with a json_schema; JSON answers"
            " arrive as objects.",
            "example": "json_object",
        },
    )
