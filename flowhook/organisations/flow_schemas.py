"""The settings sections that flows read: `@global` and `@calendar`."""

from __future__ import annotations

import unicodedata
from typing import Any
from zoneinfo import available_timezones

from marshmallow import ValidationError, fields, validate

from flowhook.organisations.kinds import Unpadded
from flowhook.organisations.section import SectionSchema


def global_name(value: str) -> None:
    """Check a name after `@global.`: letters, marks and digits of every script, _ and -."""
    fits = (letter in "_-" or unicodedata.category(letter)[0] in "LMN" for letter in value)
    if not 0 < len(value) <= 100 or not all(fits):
        raise ValidationError("Letters, digits, _ and - only, up to 100.")


def scalar(value: Any) -> None:
    if not isinstance(value, str | int | float | bool) or len(str(value)) > 10_000:
        raise ValidationError("Must be a text of up to 10,000 characters, a number or a boolean.")


def known_timezone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError("Not the name of a time zone, for example Asia/Kolkata.")


class GlobalsSettingsSchema(SectionSchema):
    """Values that every flow of the organisation can use as `@global.<name>`; stored encrypted."""

    values = fields.Dict(
        keys=fields.String(validate=global_name),
        values=fields.Raw(validate=scalar),
        allow_none=True,
        validate=validate.Length(max=500),
        metadata={
            "description": "Texts, numbers and booleans by name, up to 500; saving replaces"
            " all of them.",
            "example": {"helpline": "1800 123 456"},
            "sealed": True,
        },
    )


class TimezoneSettingsSchema(SectionSchema):
    """The organisation's time zone, which `@calendar` uses for the date."""

    name = Unpadded(
        allow_none=True,
        validate=known_timezone,
        metadata={
            "description": "Name of the time zone (default Asia/Kolkata).",
            "example": "Asia/Kolkata",
        },
    )
