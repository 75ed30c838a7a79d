"""The settings section `alerts`: what an organisation is told of, and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from flowhook.errors import InvalidInput
from flowhook.organisations.kinds import Unpadded, at_most, http_url, text
from flowhook.organisations.section import SectionSchema

EVENTS = (
    "invalid_api_key",
    "insufficient_quota",
    "budget",
    "failures",
    "whatsapp_token",
    "model_retires",
    "dead_letters",
    "inbox",
    "answers_worse",
)
BUDGET_PERCENT = (80, 100)
FAILURE_PERCENT = 50


class AlertsSettingsSchema(SectionSchema):
    """Where the organisation is told what goes wrong: each thing once, and once when it is over."""

    webhook_url = text(
        2048,
        "An incoming webhook of Slack, Mattermost or a server of yours.",
        validate=[http_url],
        metadata={"example": "https://hooks.example.org/services/T0/B0", "sealed": True},
    )
    email = text(
        254,
        "An e-mail address; the operator must have set SMTP_URL.",
        validate=[validate.Email(error="Not an e-mail address.")],
        metadata={"example": "it@example.org"},
    )
    events = fields.List(
        Unpadded(validate=validate.OneOf(EVENTS)),
        allow_none=True,
        validate=at_most(len(EVENTS)),
        metadata={
            "description": "What to tell of; all of these if none is chosen.",
            "example": ["invalid_api_key", "budget"],
        },
    )
    budget_percent = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1, 100)),
        allow_none=True,
        validate=validate.Length(1, 10),
        metadata={
            "description": "At which parts of the month's tokens, in percent"
            f" (default {', '.join(map(str, BUDGET_PERCENT))}).",
            "example": [80, 100],
        },
    )
    failure_percent = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(1, 100),
        metadata={
            "description": "At how many failed of 100 calls in the last hour, from 10 calls on"
            f" (default {FAILURE_PERCENT}).",
            "example": FAILURE_PERCENT,
        },
    )

    def check_whole(self, values: Mapping[str, Any]) -> None:
        """Raise InvalidInput if there is nowhere to send an alert."""
        if not values.get("webhook_url") and not values.get("email"):
            raise InvalidInput(
                "alerts need a webhook_url or an email",
                fix="Fill in where the alerts go.",
                fields={"webhook_url": ["Is needed unless there is an email."]},
            )
