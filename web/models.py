"""Models of an organisation that their provider shuts down, and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flowhook.organisations.organisation import Organisation
from flowhook.organisations.section_service import account_section, account_titles
from flowhook.providers.retirements import Retirement, retiring

WARN_DAYS = 180
USED_DAYS = 30
MODEL_FIELDS = (
    "default_model",
    "image_model",
    "speech_model",
    "transcription_model",
    "fallback_model",
)


def today() -> date:
    return datetime.now(UTC).date()


def recent_days() -> list[str]:
    return [(today() - timedelta(days=back)).isoformat() for back in range(USED_DAYS)]


def goes(model: str | None) -> Retirement | None:
    """The retirement of a model that was shut down or will be soon; None otherwise."""
    found = retiring([model], today(), WARN_DAYS) if model else []
    return found[0] if found else None


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


def next_to_go(models: Iterable[str]) -> list[Retirement]:
    """Models that were shut down or will be within half a year, soonest first."""
    return retiring(models, today(), WARN_DAYS)


def _models_of(section: Mapping[str, Any]) -> list[str]:
    named = [str(section[name]) for name in MODEL_FIELDS if section.get(name)]
    return [*named, *(section.get("model_aliases") or {}).values()]
