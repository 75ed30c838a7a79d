"""Checks of values that several settings sections use."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields, validate

from flowhook.config_values import MODEL_PATTERN, is_http_address

MODEL_NAME = validate.Regexp(
    rf"^{MODEL_PATTERN}\Z", error="Not a model's name, for example gpt-6-luna."
)
TITLE_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")


def printable(maximum: int) -> validate.Regexp:
    return validate.Regexp(
        rf"^[!-~]{{1,{maximum}}}\Z",
        error=f"Must be 1 to {maximum} printable ASCII characters without spaces.",
    )


def http_url(value: str) -> None:
    """Check an http or https address without user, query or fragment."""
    if not is_http_address(value):
        raise ValidationError(
            "Not an http or https address, for example https://api.openai.com/v1."
        )


def text(maximum: int, description: str, **more: Any) -> fields.String:
    metadata = {"description": description, **more.pop("metadata", {})}
    checks = [validate.Length(1, maximum), *more.pop("validate", [])]
    return fields.String(allow_none=True, validate=checks, metadata=metadata, **more)


def secret(maximum: int, description: str, example: str) -> fields.String:
    return fields.String(
        allow_none=True,
        validate=printable(maximum),
        metadata={"description": description, "secret": True, "example": example},
    )


def model(description: str, example: str) -> fields.String:
    return fields.String(
        allow_none=True,
        validate=MODEL_NAME,
        metadata={"description": description, "example": example},
    )
