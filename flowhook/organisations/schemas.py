"""The settings sections of an organisation: their fields, ranges and which are secret.

A field with `metadata={"secret": True}` is stored encrypted and masked in responses. A PUT that
leaves it out keeps it, because the person who edits a section cannot see it. `None` removes a
field.
"""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate

from flowhook.organisations.alert_schemas import AlertsSettingsSchema
from flowhook.organisations.answer_schemas import AnswersSettingsSchema
from flowhook.organisations.flow_schemas import (
    FlowsSettingsSchema,
    GlobalsSettingsSchema,
    TimezoneSettingsSchema,
)
from flowhook.organisations.google_schemas import GoogleSheetsSettingsSchema
from flowhook.organisations.guardrail_schemas import GuardrailsSettingsSchema
from flowhook.organisations.inbox_schema import InboxSettingsSchema
from flowhook.organisations.kinds import http_url, printable, secret, text
from flowhook.organisations.openai_schemas import AssistantsSettingsSchema, OpenAISettingsSchema
from flowhook.organisations.section import SectionSchema

# Glific's default phrases are public: anyone could sign with them.
DEFAULT_PHRASES = ("This is a dummy secret", "Please change me, NOW!")


def not_a_default_phrase(value: str) -> None:
    if value in DEFAULT_PHRASES:
        raise ValidationError(
            "This phrase is one of Glific's defaults, which everybody knows; change it."
        )


class SignatureSettingsSchema(SectionSchema):
    """The signature phrase with which Glific signs its webhook calls."""

    needed = ("phrase",)

    phrase = fields.String(
        allow_none=True,
        validate=[validate.Length(6, 512), not_a_default_phrase],
        metadata={
            "description": "Glific's signature phrase, 6 to 512 characters. It is never shown"
            " again.",
            "secret": True,
            "example": "a long phrase only you know",
        },
    )


class GlificSettingsSchema(SectionSchema):
    """The Glific account used to resume flows when a late answer arrives."""

    needed = ("api_url",)

    api_url = text(
        2048,
        "Address of the organisation's Glific API.",
        validate=[http_url],
        metadata={"example": "https://api.example.glific.com"},
    )
    phone = text(32, "Phone number of a Glific user who is allowed to manage flows.")
    password = fields.String(
        allow_none=True,
        validate=validate.Length(1, 512),
        metadata={"description": "That user's password. It is never shown again.", "secret": True},
    )


class WhatsAppSettingsSchema(SectionSchema):
    """The organisation's WhatsApp number (WhatsApp Cloud API)."""

    needed = ("phone_number_id", "access_token", "app_secret", "verify_token")

    phone_number_id = text(64, "The id that Meta gave the phone number.", validate=[printable(64)])
    access_token = secret(1024, "Meta's access token. It is never shown again.", "EAAG...")
    app_secret = secret(
        256,
        "The app secret, with which Meta signs what it delivers. It is never shown again.",
        "0a1b...",
    )
    verify_token = secret(
        256,
        "A word of your own that you also enter in Meta's app. It is never shown again.",
        "my-token",
    )
    api_version = text(
        16,
        "Version of Meta's Graph API.",
        validate=[validate.Regexp(r"^v[0-9]{1,3}\.[0-9]\Z", error="Must look like v26.0.")],
        metadata={"example": "v26.0"},
    )
    template_name = text(
        512,
        "Approved template to send to contacts who last wrote more than 24 hours ago, when"
        " WhatsApp accepts nothing else.",
        validate=[validate.Regexp(r"^[a-z0-9_]+\Z", error="Must be a template's name.")],
        metadata={"example": "come_back"},
    )
    template_language = text(
        16,
        "Language of the template (default en).",
        validate=[
            validate.Regexp(r"^[a-z]{2,3}(_[A-Za-z]{2,4})?\Z", error="Must look like en_US.")
        ],
        metadata={"example": "en_US"},
    )


class GoogleMapsSettingsSchema(SectionSchema):
    """The Google Maps account for the function geolocation."""

    needed = ("api_key",)

    api_key = secret(256, "Google Maps API key. It is never shown again.", "AIza...")


class SarvamSettingsSchema(SectionSchema):
    """The Sarvam account for functions that speak and hear with provider sarvam."""

    needed = ("api_key",)

    api_key = secret(512, "Sarvam API key. It is never shown again.", "sk_...")


class LimitsSettingsSchema(SectionSchema):
    """The organisation's limits. A limit that is not set does not apply."""

    requests_per_minute = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(1, 1_000_000),
        metadata={"description": "Webhook calls per minute, 1 to 1,000,000.", "example": 600},
    )
    concurrent_calls = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(1, 100_000),
        metadata={
            "description": "Calls being answered at the same time, 1 to 100,000.",
            "example": 50,
        },
    )
    monthly_tokens = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(1, 10**12),
        metadata={"description": "Model tokens per calendar month (UTC).", "example": 5_000_000},
    )


SECTIONS: dict[str, type[SectionSchema]] = {
    "openai": OpenAISettingsSchema,
    "signature": SignatureSettingsSchema,
    "glific": GlificSettingsSchema,
    "whatsapp": WhatsAppSettingsSchema,
    "google_maps": GoogleMapsSettingsSchema,
    "google_sheets": GoogleSheetsSettingsSchema,
    "sarvam": SarvamSettingsSchema,
    "assistants": AssistantsSettingsSchema,
    "limits": LimitsSettingsSchema,
    "globals": GlobalsSettingsSchema,
    "timezone": TimezoneSettingsSchema,
    "flows": FlowsSettingsSchema,
    "inbox": InboxSettingsSchema,
    "alerts": AlertsSettingsSchema,
    "answers": AnswersSettingsSchema,
    "guardrails": GuardrailsSettingsSchema,
}
