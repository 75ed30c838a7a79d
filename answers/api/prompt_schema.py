"""The bodies of `POST /prompts/<org>/<name>` and of its `live`."""

from __future__ import annotations

from typing import Any

import orjson
from marshmallow import RAISE, Schema, ValidationError, fields, validate

from answers.prompts.prompt_checks import MAX_LIVE
from flowhook.blanks import is_visible
from flowhook.organisations.kinds import model
from flowhook.response_format import read_response_format

MAX_TEXT = 32_000
MAX_NOTE = 1_000
MAX_FORMAT_BYTES = 32 * 1024
MAX_TOKENS = 128_000
VERSION = r"[1-9][0-9]{0,8}\Z"


def shows_something(value: str) -> None:
    if not is_visible(value):
        raise ValidationError("Shows nothing: write the instructions for the model.")


class ResponseFormat(fields.Field):
    """OpenAI's response_format as text or object, kept as it was given once it can be read."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        read_response_format(value)
        if len(orjson.dumps(value)) > MAX_FORMAT_BYTES:
            raise ValidationError(f"At most {MAX_FORMAT_BYTES // 1024} KiB.")
        return value


class PromptSchema(Schema):
    """A version of a prompt; what is left out is the model's or the service's own."""

    class Meta:
        unknown = RAISE

    text = fields.String(
        required=True,
        validate=[validate.Length(1, MAX_TEXT), shows_something],
        metadata={
            "description": f"The instructions for the model, up to {MAX_TEXT:,} characters;"
            " {{name}} is filled from prompt_variables.",
            "example": "You help farmers in {{district}}. Answer in two sentences.",
        },
    )
    model = model("The model that answers.", "gpt-6-luna")
    temperature = fields.Float(
        allow_none=True,
        validate=validate.Range(0, 2),
        metadata={
            "description": "0 (similar answers) to 2 (varied); sent only if given.",
            "example": 0.3,
        },
    )
    max_tokens = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(1, MAX_TOKENS),
        metadata={"description": "Maximum tokens of the answer, 1 or more.", "example": 300},
    )
    response_format = ResponseFormat(
        allow_none=True,
        metadata={
            "description": "text, json_object, or an object with a json_schema.",
            "example": "text",
        },
    )
    note = fields.String(
        validate=validate.Length(max=MAX_NOTE),
        metadata={"description": "What changed and why.", "example": "Shorter answers"},
    )


class LiveSchema(Schema):
    """Which versions answer, and how many of the contacts each."""

    class Meta:
        unknown = RAISE

    versions = fields.Dict(
        required=True,
        keys=fields.String(validate=validate.Regexp(VERSION, error="Not a version's number.")),
        values=fields.Integer(strict=True),  # `check_split` looks at them together
        metadata={
            "description": "Whole percent of the contacts by version, together 100, of at most"
            f" {MAX_LIVE} versions.",
            "example": {"3": 80, "4": 20},
        },
    )
