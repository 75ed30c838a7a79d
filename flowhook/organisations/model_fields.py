"""The models that an OpenAI section names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MODEL_FIELDS = (
    "default_model",
    "image_model",
    "speech_model",
    "transcription_model",
    "fallback_model",
)


def models_of(section: Mapping[str, Any]) -> list[str]:
    """The models of a section's fields, and those that others are replaced with."""
    named = [str(section[name]) for name in MODEL_FIELDS if section.get(name)]
    return [*named, *(section.get("model_aliases") or {}).values()]
