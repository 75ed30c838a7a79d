"""Checks of values that several settings sections use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate

from flowhook.blanks import is_one_line, is_visible, unpadded
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


def at_most(count: int) -> validate.Length:
    """Check that a list or an object holds no more than `count` entries."""
    return validate.Length(max=count, error=f"At most {count} entries: leave some out.")


def http_url(value: str) -> None:
    """Check an http or https address without user, query or fragment."""
    if not is_http_address(value):
        raise ValidationError(
            "Not an http or https address, for example https://api.openai.com/v1."
        )


def one_visible_line(value: str) -> None:
    """Check a name that people read in a list."""
    if not is_one_line(value):
        raise ValidationError("Must be one line, without control characters.")
    if not is_visible(value):
        raise ValidationError("Shows nothing: write a letter, a digit or a sign.")


class Unpadded(fields.String):
    """A text without the blanks around it, which come along when a key or an id is pasted."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        bare = unpadded(value) if isinstance(value, str) else value
        return super()._deserialize(bare, attr, data, **kwargs)


def text(maximum: int, description: str, **more: Any) -> fields.String:
    metadata = {"description": description, **more.pop("metadata", {})}
    checks = [validate.Length(1, maximum), *more.pop("validate", [])]
    return Unpadded(allow_none=True, validate=checks, metadata=metadata, **more)


def secret(maximum: int, description: str, example: str) -> fields.String:
    return Unpadded(
        allow_none=True,
        validate=printable(maximum),
        metadata={"description": description, "secret": True, "example": example},
    )


def model(description: str, example: str) -> fields.String:
    return Unpadded(
        allow_none=True,
        validate=MODEL_NAME,
        metadata={"description": description, "example": example},
    )
