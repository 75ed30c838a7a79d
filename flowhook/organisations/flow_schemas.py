"""The settings sections that flows read: `@global`, `@calendar`, flows without a keyword."""

from __future__ import annotations

import unicodedata
from typing import Any
from zoneinfo import available_timezones

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from flowhook.organisations.kinds import Unpadded, at_most, text
from flowhook.organisations.office_hours import read_hours
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
        validate=at_most(500),
        metadata={
            "description": "Texts, numbers and booleans by name, up to 500; saving replaces"
            " all of them.",
            "example": {"helpline": "1800 123 456"},
            "sealed": True,
            "scalars": True,
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
            "suggestions": sorted(zone for zone in available_timezones() if "/" in zone),
        },
    )


def known_hours(value: str) -> None:
    try:
        read_hours(value)
    except ValueError as error:
        raise ValidationError(
            f"Cannot read {str(error)[:64]!r}: write days and times, for example"
            " Mon-Fri 09:00-18:00, Sat 10:00-13:00."
        ) from None


def flow_name(description: str, example: str) -> fields.String:
    return text(120, description, metadata={"example": example})


class OutOfOfficeSchema(Schema):
    """The flow that answers outside the office hours."""

    class Meta:
        unknown = RAISE

    flow = Unpadded(
        required=True,
        validate=validate.Length(1, 120),
        metadata={"description": "The flow, by UUID or keyword.", "example": "closed"},
    )
    hours = Unpadded(
        required=True,
        validate=[validate.Length(1, 500), known_hours],
        metadata={
            "description": "When the office is open, in the organisation's time zone; days that"
            " are not named are closed.",
            "example": "Mon-Fri 09:00-18:00, Sat 10:00-13:00",
        },
    )


class FlowsSettingsSchema(SectionSchema):
    """The flows that start without a keyword, each by UUID or keyword; only a published and active
    one starts."""

    default = flow_name(
        "Starts at a message that is no keyword, from a contact who is in no flow.", "menu"
    )
    new_contact = flow_name("Starts at the first message of a contact, whatever it is.", "welcome")
    out_of_office = fields.Nested(
        OutOfOfficeSchema,
        allow_none=True,
        metadata={
            "description": "Starts instead of the default flow outside the office hours.",
            "example": {"flow": "closed", "hours": "Mon-Fri 09:00-18:00, Sat 10:00-13:00"},
        },
    )
