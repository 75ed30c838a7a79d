"""The settings section of approved answers."""

from __future__ import annotations

from marshmallow import fields, validate

from flowhook.organisations.section import SectionSchema


class AnswersSettingsSchema(SectionSchema):
    """Approved answers, which are given in place of a model's to who asks the same."""

    is_active = fields.Boolean(
        load_default=False,
        metadata={
            "description": "Whether approved answers are given. Off at first, so that some can be"
            " written before.",
            "example": True,
        },
    )
    similarity = fields.Float(
        allow_none=True,
        validate=validate.Range(0, 1),
        metadata={
            "description": "How like an approved question a contact's must be, 0 to 1 (default"
            " 0.9). 1: the same words; lower: more contacts get an approved answer, and more of"
            " them a wrong one.",
            "example": 0.9,
        },
    )
