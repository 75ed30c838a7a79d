"""The account a provider is asked with: one organisation's, or one of its further accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Protocol

from flowhook.config import SERVICE_IMAGE_MODEL, SERVICE_SPEECH_MODEL, SERVICE_TRANSCRIPTION_MODEL
from flowhook.errors import Forbidden

DEFAULT_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Account:
    """Key, address and models of an OpenAI account; `timeout_seconds` bounds a whole call."""

    api_key: str = field(repr=False)
    base_url: str
    default_model: str
    organization: str | None = None
    project: str | None = None
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    model_aliases: Mapping[str, str] = field(default_factory=dict)
    allowed_models: tuple[str, ...] = ()
    image_model: str = SERVICE_IMAGE_MODEL
    speech_model: str = SERVICE_SPEECH_MODEL
    transcription_model: str = SERVICE_TRANSCRIPTION_MODEL
    fallback_model: str | None = None
    fallback_account: str | None = None
    guarded: bool = False  # an organisation's admin chose base_url: public addresses only

    def resolve(self, model: str | None) -> str:
        """The model to ask for: the default, aliased, and allowed; else Forbidden."""
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
        return not self.allowed_models or any(
            fnmatchcase(model, pattern) for pattern in self.allowed_models
        )

    def headers(self) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.api_key}"}
        if self.organization:
            headers["OpenAI-Organization"] = self.organization
        if self.project:
            headers["OpenAI-Project"] = self.project
        return headers


class ModelQuirks(Protocol):
    """What an organisation learned of its models, kept for an hour."""

    def lesson(self, model: str) -> Mapping[str, Any]:
        """`{"refuses": [parameter...], "successor": model}`, or empty."""

    def learn(self, model: str, lesson: Mapping[str, Any]) -> None: ...

    def warn(self, model: str, message: str) -> None:
        """Leave a warning that the organisation's admin sees."""


class NoModelQuirks:
    """Remembers nothing: for calls without an organisation behind them."""

    def lesson(self, model: str) -> Mapping[str, Any]:
        return {}

    def learn(self, model: str, lesson: Mapping[str, Any]) -> None:
        return None

    def warn(self, model: str, message: str) -> None:
        return None
