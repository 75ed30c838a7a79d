"""The models that an organisation's settings name."""

from __future__ import annotations

from flowhook.organisations.model_fields import models_of
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.section_service import account_section, account_titles


def configured_models(organisation: Organisation, service_default: str) -> list[str]:
    """The models that an organisation's accounts name, or else the service's default."""
    sections = [organisation.section("openai")]
    sections += [
        organisation.section(account_section(title)) for title in account_titles(organisation)
    ]
    named = [model for section in sections for model in models_of(section)]
    if not sections[0].get("default_model"):
        named.append(service_default)
    return named
