"""The models that an organisation's settings name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowhook.organisations.organisation import Organisation
from flowhook.organisations.section_service import account_section, account_titles

MODEL_FIELDS = (
    "default_model",
    "image_model",
    "speech_model",
    "transcription_model",
    "fallback_model",
)


def configured_models(organisation: Organisation, service_default: str) -> list[str]:
    """The models that an organisation's accounts name, or else the service's default."""
    sections = [organisation.section("openai")]
    sections += [
        organisation.section(account_section(title)) for title in account_titles(organisation)
    ]
    named = [model for section in sections for model in _models_of(section)]
    if not sections[0].get("default_model"):
        named.append(service_default)
    return named


def _models_of(section: Mapping[str, Any]) -> list[str]:
    named = [str(section[name]) for name in MODEL_FIELDS if section.get(name)]
    return [*named, *(section.get("model_aliases") or {}).values()]
