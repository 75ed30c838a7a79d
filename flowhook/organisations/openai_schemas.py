"""The settings sections of models: OpenAI accounts, and what assistants stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from flowhook.errors import InvalidInput
from flowhook.organisations.kinds import (
    MODEL_NAME,
    TITLE_PATTERN,
    Unpadded,
    at_most,
    http_url,
    model,
    printable,
    secret,
    text,
)
from flowhook.organisations.section import SectionSchema
from flowhook.providers.account import DEFAULT_PROVIDER
from flowhook.providers.dialect import load_providers

PROVIDERS = load_providers()


class Seconds(fields.Float):
    """A time shown as it was given: a whole number stays one."""

    def _validated(self, value: Any) -> float:
        number = super()._validated(value)
        return int(number) if number.is_integer() else number


class OpenAISettingsSchema(SectionSchema):
    """An OpenAI account of the organisation; calls use the main one unless they name another."""

    is_active = fields.Boolean(
        load_default=False,
        metadata={
            "description": "Whether calls are answered. Off at first, so that the key can be"
            " tested before.",
            "example": True,
        },
    )
    provider = fields.String(
        allow_none=True,
        validate=validate.OneOf(PROVIDERS.names()),
        metadata={
            "description": "The provider that is asked (default openai).",
            "example": "openai",
        },
    )
    api_key = secret(
        512,
        "The account's API key; OpenAI makes one at platform.openai.com/api-keys. Never shown"
        " again.",
        "sk-proj-...",
    )
    organization = text(
        128,
        "Id of the OpenAI organisation, only if the key belongs to several.",
        validate=[printable(128)],
        metadata={"example": "org-abc123"},
    )
    project = text(
        128,
        "Id of the OpenAI project, only if the key needs one.",
        validate=[printable(128)],
        metadata={"example": "proj_abc123"},
    )
    base_url = text(
        2048,
        "The provider's address (base URL): of another API like OpenAI's, or of your resource in"
        " Azure (default: the service's own setting).",
        validate=[http_url],
        metadata={"example": "https://api.openai.com/v1"},
    )
    api_version = text(
        32,
        "Version of Azure's API: a date, sometimes followed by -preview.",
        validate=[
            validate.Regexp(
                r"^\d{4}-\d{2}-\d{2}(-preview)?\Z", error="Not a version, for example 2024-10-21."
            )
        ],
        metadata={"example": "2024-10-21"},
    )
    deployment = fields.Dict(
        keys=Unpadded(validate=MODEL_NAME),
        values=Unpadded(validate=MODEL_NAME),
        allow_none=True,
        validate=at_most(100),
        metadata={
            "description": "The names that models have in Azure: {model: deployment}, up to 100."
            " A model that is not listed is asked for under its own name.",
            "example": {"gpt-6-luna": "our-chat"},
        },
    )
    default_model = model("The model for calls that do not name one.", "gpt-6-luna")
    image_model = model("The model that draws images.", "gpt-image-2.5-flare")
    speech_model = model("The model that turns text into speech.", "gpt-4o-mini-tts")
    transcription_model = model("The model that turns speech into text.", "gpt-transcribe")
    model_aliases = fields.Dict(
        keys=Unpadded(validate=MODEL_NAME),
        values=Unpadded(validate=MODEL_NAME),
        allow_none=True,
        validate=at_most(100),
        metadata={
            "description": "Models to replace with others: {old: new}, up to 100.",
            "example": {"gpt-4o": "gpt-6-luna"},
        },
    )
    allowed_models = fields.List(
        Unpadded(validate=validate.Length(1, 128)),
        allow_none=True,
        validate=at_most(100),
        metadata={
            "description": "The models that calls may use, as patterns with * and ?, up to 100.",
            "example": ["gpt-6*"],
        },
    )
    timeout_seconds = Seconds(
        allow_none=True,
        validate=validate.Range(1, 120),
        metadata={
            "description": "Seconds a call may take, including retries: 1 to 120 (default 60).",
            "example": 60,
        },
    )
    system_prompt = text(
        20_000,
        "Instructions that the model gets at the start of every chat, up to 20,000 characters.",
        metadata={"example": "Answer in simple words."},
    )
    fallback_model = model("The model to ask if another one fails at the provider.", "gpt-5.4")
    fallback_account = text(
        64,
        "Title of another account, to be asked while this one's provider is down.",
        validate=[validate.Regexp(rf"^{TITLE_PATTERN.pattern}\Z", error="Not a title.")],
        metadata={"example": "backup"},
    )

    def check_whole(self, values: Mapping[str, Any]) -> None:
        """Raise InvalidInput if the provider needs a setting that is missing."""
        name = values.get("provider") or DEFAULT_PROVIDER
        dialect = PROVIDERS.find(name)
        missing = [need for need in dialect.needs if not values.get(need)] if dialect else []
        if missing:
            raise InvalidInput(
                f"provider {name} needs {' and '.join(missing)} too",
                fix="The organisation's admin fills in the named settings, in the OpenAI settings.",
                fields={need: [f"Is needed with provider {name}."] for need in missing},
            )


class AssistantSchema(Schema):
    """The vector store, prompt and model that an assistant_id in a flow means."""

    class Meta:
        unknown = RAISE

    vector_store_id = Unpadded(
        required=True,
        validate=printable(128),
        metadata={
            "description": "The OpenAI vector store that holds the answers.",
            "example": "vs_abc",
        },
    )
    prompt = text(
        20_000,
        "Instructions that the model gets before the question, up to 20,000 characters.",
        metadata={"example": "Answer a parent in two sentences."},
    )
    model = model("The model that answers (default: the organisation's).", "gpt-6-luna")


class AssistantsSettingsSchema(SectionSchema):
    """Replacements for old OpenAI assistants that flows still name."""

    assistants = fields.Dict(
        keys=Unpadded(validate=printable(128)),
        values=fields.Nested(AssistantSchema),
        allow_none=True,
        validate=at_most(100),
        metadata={
            "description": "Assistants, each under the id that flows use, up to 100.",
            "example": {"asst_abc": {"vector_store_id": "vs_abc", "prompt": "Be short."}},
        },
    )
