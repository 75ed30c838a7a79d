"""A provider account: an organisation's default account, or one of its further accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any

from flowhook.blanks import unpadded
from flowhook.config import (
    SERVICE_IMAGE_MODEL,
    SERVICE_SPEECH_MODEL,
    SERVICE_TRANSCRIPTION_MODEL,
    Config,
)
from flowhook.errors import Forbidden, Inactive, InvalidInput, MissingApiKey

DEFAULT_PROVIDER = "openai"
SARVAM = "sarvam"
DEFAULT_TIMEOUT_SECONDS = 60.0

# The models of accounts at providers that have none of OpenAI's.
MODELS_OF = {
    SARVAM: {
        "default_model": "sarvam-105b",
        "speech_model": "bulbul:v3",
        "transcription_model": "saaras:v3",
    },
}


@dataclass(frozen=True, slots=True)
class Account:
    """Key, address and models of an account; `timeout_seconds` bounds a whole call.

    `provider` names the dialect. `deployment` maps models to the provider's own names for them,
    if it has any.
    """

    api_key: str = field(repr=False)
    base_url: str
    default_model: str
    provider: str = DEFAULT_PROVIDER
    organization: str | None = None
    project: str | None = None
    api_version: str | None = None
    deployment: Mapping[str, str] = field(default_factory=dict)
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    model_aliases: Mapping[str, str] = field(default_factory=dict)
    allowed_models: Sequence[str] = ()
    image_model: str = SERVICE_IMAGE_MODEL
    speech_model: str = SERVICE_SPEECH_MODEL
    transcription_model: str = SERVICE_TRANSCRIPTION_MODEL
    fallback_model: str | None = None
    fallback_account: str | None = None
    guarded: bool = False  # an organisation's admin chose base_url: public addresses only

    def resolve(self, model: str | None) -> str:
        """Return the model to ask for: the default, aliased; raises Forbidden if not allowed."""
        asked = model or self.default_model
        resolved = self.model_aliases.get(asked, asked)
        if not self.allows(resolved):
            raise Forbidden(
                f"the model {resolved} is not among this organisation's allowed models",
                fix="Use an allowed model, or add it to allowed_models in the OpenAI settings.",
                fields={"model": [f"{resolved} is not allowed."]},
            )
        return resolved

    def allows(self, model: str) -> bool:
        """Tell whether the organisation lets its flows use a model."""
        return not self.allowed_models or any(
            fnmatchcase(model, pattern) for pattern in self.allowed_models
        )


SETTINGS = frozenset(one.name for one in fields(Account)) - {"guarded"}


Sections = Mapping[str, Mapping[str, Any]]


class Accounts:
    """Reads accounts from an organisation's settings and the service's defaults."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def open(self, sections: Sections, title: str | None = None) -> Account:
        """Return the organisation's account, or its further account `title`.

        Raises Inactive, MissingApiKey, and InvalidInput if there is no account of that title.
        """
        bare = unpadded(title or "")
        section = sections.get(_section_name(title)) if title else None
        section = section or sections.get(_section_name(bare))
        if section is None and bare:
            raise InvalidInput(
                "this organisation has no OpenAI account of that title",
                fields={"account": ["Not the title of an account of this organisation."]},
            )
        section = section or {}
        if not section.get("is_active"):
            raise Inactive("the organisation's OpenAI account is not active")
        return self.read(section)

    def is_at(self, provider: str, sections: Sections, title: str | None) -> bool:
        """Tell whether the organisation's account, or its further account, is at a provider."""
        section = sections.get(_section_name(title), {})
        return bool(section.get("provider", DEFAULT_PROVIDER) == provider)

    def open_speech(self, sections: Sections, provider: str) -> Account:
        """Return the account that speaks and hears: Sarvam's, or the further account so titled.

        Raises Inactive, MissingApiKey, and InvalidInput if there is neither.
        """
        if _section_name(provider) in sections:
            return self.open(sections, provider)
        if provider == SARVAM:
            return self.open_sarvam(sections)
        problem = "Must be openai, sarvam or the title of an account of this organisation."
        raise InvalidInput(
            "provider is neither openai nor sarvam nor the title of an account",
            fix="Correct provider, or leave it out: the call's own account then answers.",
            fields={"provider": [problem]},
        )

    def open_sarvam(self, sections: Sections) -> Account:
        """Return the account of the section sarvam; raises MissingApiKey."""
        section = sections.get(SARVAM, {})
        if not section.get("api_key"):
            raise MissingApiKey(
                "the organisation has no Sarvam API key",
                fix="Save an api_key of dashboard.sarvam.ai in the organisation's sarvam settings.",
            )
        return self.read({**section, "provider": SARVAM})

    def read(self, section: Mapping[str, Any]) -> Account:
        """Return an account from its settings, active or not; raises MissingApiKey."""
        if not section.get("api_key"):
            raise MissingApiKey("the organisation has no OpenAI API key")
        given = {name: value for name, value in section.items() if value and name in SETTINGS}
        provider = given.get("provider", DEFAULT_PROVIDER)
        own = self.config.sarvam_base_url if provider == SARVAM else self.config.openai_base_url
        given["base_url"] = given.get("base_url", own).rstrip("/")
        given = {**MODELS_OF.get(provider, {}), **given}
        given.setdefault("default_model", self.config.default_model)
        guarded = bool(section.get("base_url")) and not section.get("private_ok")
        return Account(**given, guarded=guarded)


def _section_name(title: str | None) -> str:
    return f"openai/accounts/{title}" if title else "openai"
