"""The settings sections of an organisation: their fields, ranges and which are secret.

A field with `metadata={"secret": True}` is encrypted at rest, masked on the way out, and kept
when a PUT leaves it out, because whoever edits a section never sees it. `None` removes a field.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from settings.flow_schemas import GlobalsSettingsSchema, TimezoneSettingsSchema
from settings.section import SectionSchema, sealed_fields, secret_fields

__all__ = ["SECTIONS", "SectionSchema", "TokenSchema", "sealed_fields", "secret_fields"]

MODEL = validate.Regexp(
    r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}\Z", error="Not a model's name, for example gpt-6-luna."
)
TITLE_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
ORGANIZATION_ID_PATTERN = re.compile(r"[A-Za-z0-9_-]{1,64}")

# The phrases Glific ships as defaults prove nothing: everybody knows them.
DEFAULT_PHRASES = ("This is a dummy secret", "Please change me, NOW!")


def printable(maximum: int) -> validate.Regexp:
    return validate.Regexp(
        rf"^[!-~]{{1,{maximum}}}\Z",
        error=f"Must be 1 to {maximum} printable ASCII characters without spaces.",
    )


def http_url(value: str) -> None:
    """An http or https address without user, query or fragment."""
    try:
        parts = urlsplit(value)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname)
        valid = valid and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid or "@" in parts.netloc or parts.query or parts.fragment or not value.isascii():
        raise ValidationError(
            "Not an http or https address, for example https://api.openai.com/v1."
        )


def not_a_default_phrase(value: str) -> None:
    if value in DEFAULT_PHRASES:
        raise ValidationError("This phrase is Glific's default and known to everybody; change it.")


def _text(maximum: int, description: str, **more: Any) -> fields.String:
    metadata = {"description": description, **more.pop("metadata", {})}
    checks = [validate.Length(1, maximum), *more.pop("validate", [])]
    return fields.String(allow_none=True, validate=checks, metadata=metadata, **more)


def _secret(maximum: int, description: str, example: str) -> fields.String:
    return fields.String(
        allow_none=True,
        validate=printable(maximum),
        metadata={"description": description, "secret": True, "example": example},
    )


def _model(description: str, example: str) -> fields.String:
    return fields.String(
        allow_none=True,
        validate=MODEL,
        metadata={"description": description, "example": example},
    )


class Seconds(fields.Float):
    """A time shown as it was given: a whole number stays one."""

    def _validated(self, value: Any) -> float:
        number = super()._validated(value)
        return int(number) if number.is_integer() else number


class OpenAISettingsSchema(SectionSchema):
    """The organisation's OpenAI account, or one of its further named accounts."""

    is_active = fields.Boolean(
        load_default=False,
        metadata={"description": "Whether calls are answered (default false).", "example": True},
    )
    api_key = _secret(512, "The account's API key; write-only.", "sk-proj-...")
    organization = _text(
        128,
        "OpenAI organisation, sent as OpenAI-Organization.",
        validate=[printable(128)],
        metadata={"example": "org-abc123"},
    )
    project = _text(
        128,
        "OpenAI project, sent as OpenAI-Project.",
        validate=[printable(128)],
        metadata={"example": "proj_abc123"},
    )
    base_url = _text(
        2048,
        "Address of an OpenAI-compatible API (default: the service's).",
        validate=[http_url],
        metadata={"example": "https://api.openai.com/v1"},
    )
    default_model = _model("Model of calls that name none.", "gpt-6-luna")
    image_model = _model("Model that makes images.", "gpt-image-2.5-flare")
    speech_model = _model("Model that speaks.", "gpt-4o-mini-tts")
    transcription_model = _model("Model that writes down speech.", "gpt-transcribe")
    model_aliases = fields.Dict(
        keys=fields.String(validate=MODEL),
        values=fields.String(validate=MODEL),
        allow_none=True,
        validate=validate.Length(max=100),
        metadata={
            "description": "Models to use in place of others: {old: new}, up to 100.",
            "example": {"gpt-4o": "gpt-6-luna"},
        },
    )
    allowed_models = fields.List(
        fields.String(validate=validate.Length(1, 128)),
        allow_none=True,
        validate=validate.Length(max=100),
        metadata={
            "description": "Models that calls may use, as patterns (* and ?), up to 100.",
            "example": ["gpt-6*"],
        },
    )
    timeout_seconds = Seconds(
        allow_none=True,
        validate=validate.Range(1, 120),
        metadata={
            "description": "Seconds a call may take, retries included, 1 to 120 (default 60).",
            "example": 60,
        },
    )
    system_prompt = _text(
        20_000,
        "What every chat is told first, up to 20,000 characters.",
        metadata={"example": "Answer in simple words."},
    )
    fallback_model = _model("Model asked where another fails on the provider's side.", "gpt-5.4")
    fallback_account = _text(
        64,
        "Title of the further account asked while this one's provider is down.",
        validate=[validate.Regexp(rf"^{TITLE_PATTERN.pattern}\Z", error="Not a title.")],
        metadata={"example": "backup"},
    )


class SignatureSettingsSchema(SectionSchema):
    """The phrase that Glific signs its webhook calls with."""

    phrase = fields.String(
        allow_none=True,
        validate=[validate.Length(6, 512), not_a_default_phrase],
        metadata={
            "description": "Glific's signature phrase, 6 to 512 characters; write-only.",
            "secret": True,
            "example": "a long phrase only you know",
        },
    )


class GlificSettingsSchema(SectionSchema):
    """The Glific account that resumes flows when a late answer arrives."""

    api_url = _text(
        2048,
        "Address of the organisation's Glific API.",
        validate=[http_url],
        metadata={"example": "https://api.example.glific.com"},
    )
    phone = _text(32, "Phone number of a Glific user who may manage flows.")
    password = fields.String(
        allow_none=True,
        validate=validate.Length(1, 512),
        metadata={"description": "That user's password; write-only.", "secret": True},
    )


class WhatsAppSettingsSchema(SectionSchema):
    """The WhatsApp Cloud API number of the organisation."""

    phone_number_id = _text(64, "Meta's id of the phone number.", validate=[printable(64)])
    access_token = _secret(1024, "Meta's access token; write-only.", "EAAG...")
    app_secret = _secret(256, "The app secret Meta signs deliveries with; write-only.", "0a1b...")
    verify_token = _secret(256, "The token Meta shows when it verifies; write-only.", "my-token")
    api_version = _text(
        16,
        "Version of the Graph API.",
        validate=[validate.Regexp(r"^v\d{1,3}\.\d\Z", error="Must look like v26.0.")],
        metadata={"example": "v26.0"},
    )
    template_name = _text(
        512,
        "Approved template that goes to contacts who last wrote more than 24 hours ago,"
        " when WhatsApp takes nothing else.",
        validate=[validate.Regexp(r"^[a-z0-9_]+\Z", error="Must be a template's name.")],
        metadata={"example": "come_back"},
    )
    template_language = _text(
        16,
        "Language of templates (default en).",
        validate=[
            validate.Regexp(r"^[a-z]{2,3}(_[A-Za-z]{2,4})?\Z", error="Must look like en_US.")
        ],
        metadata={"example": "en_US"},
    )


class GoogleMapsSettingsSchema(SectionSchema):
    """The Google Maps account that geolocation asks."""

    api_key = _secret(256, "Google Maps API key; write-only.", "AIza...")


class AssistantSchema(Schema):
    """What an assistant_id in a flow stands for."""

    class Meta:
        unknown = RAISE

    vector_store_id = fields.String(
        required=True,
        validate=printable(128),
        metadata={"description": "The OpenAI vector store it answers from.", "example": "vs_abc"},
    )
    prompt = _text(
        20_000,
        "What the model is told before the question, up to 20,000 characters.",
        metadata={"example": "Answer a parent in two sentences."},
    )
    model = _model("The model it answers with (default: the organisation's).", "gpt-6-luna")


class AssistantsSettingsSchema(SectionSchema):
    """The assistants that flows name, which OpenAI itself no longer keeps."""

    assistants = fields.Dict(
        keys=fields.String(validate=printable(128)),
        values=fields.Nested(AssistantSchema),
        allow_none=True,
        validate=validate.Length(max=100),
        metadata={
            "description": "Assistants by the id that flows use, up to 100.",
            "example": {"asst_abc": {"vector_store_id": "vs_abc", "prompt": "Be short."}},
        },
    )


class LimitsSettingsSchema(SectionSchema):
    """What the organisation may use; an absent limit is no limit."""

    requests_per_minute = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(1, 1_000_000),
        metadata={"description": "Webhook calls a minute, 1 to 1,000,000.", "example": 600},
    )
    concurrent_calls = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(1, 100_000),
        metadata={"description": "Calls in flight at once, 1 to 100,000.", "example": 50},
    )
    monthly_tokens = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(1, 10**12),
        metadata={"description": "Model tokens a calendar month (UTC).", "example": 5_000_000},
    )


SECTIONS: dict[str, type[SectionSchema]] = {
    "openai": OpenAISettingsSchema,
    "signature": SignatureSettingsSchema,
    "glific": GlificSettingsSchema,
    "whatsapp": WhatsAppSettingsSchema,
    "google_maps": GoogleMapsSettingsSchema,
    "assistants": AssistantsSettingsSchema,
    "limits": LimitsSettingsSchema,
    "globals": GlobalsSettingsSchema,
    "timezone": TimezoneSettingsSchema,
}


class TokenSchema(Schema):
    """A new token: what it may do and what it is called."""

    class Meta:
        unknown = RAISE

    scope = fields.String(
        required=True,
        validate=validate.OneOf(("webhook", "admin")),
        metadata={
            "description": "webhook calls functions; admin manages the organisation.",
            "example": "webhook",
        },
    )
    label = fields.String(
        load_default="",
        validate=validate.Length(max=100),
        metadata={"description": "What the token is for, up to 100 characters."},
    )


def mask(secret: str) -> str:
    """`sk-...wxyz`; of a short secret nothing shows."""
    if len(secret) < 12:
        return "..."
    head = secret[:3] if secret.startswith(("sk-", "EAA", "AIz")) else ""
    return f"{head}...{secret[-4:]}"
