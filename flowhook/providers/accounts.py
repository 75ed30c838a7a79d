"""An Account from an organisation's settings and the service's defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowhook.config import (
    SERVICE_IMAGE_MODEL,
    SERVICE_SPEECH_MODEL,
    SERVICE_TRANSCRIPTION_MODEL,
    Config,
)
from flowhook.errors import Inactive, InvalidInput, MissingApiKey
from flowhook.providers.account import DEFAULT_TIMEOUT_SECONDS, Account


class Accounts:
    """Opens accounts; an account that is off or has no key does not open."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def open(self, sections: Mapping[str, Mapping[str, Any]], title: str | None = None) -> Account:
        """The organisation's account, or its further account `title`."""
        name = f"openai/accounts/{title}" if title else "openai"
        section = sections.get(name)
        if section is None and title:
            raise InvalidInput(
                "this organisation has no OpenAI account of that title",
                fields={"account": ["Not the title of an account of this organisation."]},
            )
        section = section or {}
        if not section.get("is_active"):
            raise Inactive("the organisation's OpenAI account is not active")
        return self.read(section)

    def read(self, section: Mapping[str, Any]) -> Account:
        """An account from its settings, active or not."""
        if not section.get("api_key"):
            raise MissingApiKey("the organisation has no OpenAI API key")
        return Account(
            api_key=section["api_key"],
            base_url=(section.get("base_url") or self.config.openai_base_url).rstrip("/"),
            default_model=section.get("default_model") or self.config.default_model,
            organization=section.get("organization"),
            project=section.get("project"),
            timeout_seconds=section.get("timeout_seconds") or DEFAULT_TIMEOUT_SECONDS,
            model_aliases=section.get("model_aliases") or {},
            allowed_models=tuple(section.get("allowed_models") or ()),
            fallback_model=section.get("fallback_model"),
            fallback_account=section.get("fallback_account"),
            image_model=section.get("image_model") or SERVICE_IMAGE_MODEL,
            speech_model=section.get("speech_model") or SERVICE_SPEECH_MODEL,
            transcription_model=section.get("transcription_model") or SERVICE_TRANSCRIPTION_MODEL,
            guarded=bool(section.get("base_url")) and not section.get("private_ok"),
        )
