"""Handles models that stop accepting a parameter, are retired, or are too new for a server.

The findings are stored as the model's quirks, so that the next call is right at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from flowhook.config import SERVICE_TRANSCRIPTION_MODEL
from flowhook.providers.account import Account
from flowhook.providers.dialect import Dialect, Unsupported
from flowhook.providers.retirements import retirement

# What servers have that do not know this service's default.
OLDER = {SERVICE_TRANSCRIPTION_MODEL: "whisper-1"}


@dataclass(frozen=True, slots=True)
class Replacement:
    """A model to ask in the place of another, and what the admin is told of it."""

    model: str
    warning: str


class ModelQuirks(Protocol):
    """An organisation's stored quirks of models, kept for an hour."""

    def of(self, model: str) -> Mapping[str, Any]:
        """Return `{"refuses": [parameter...], "successor": model}`, or less, or nothing."""

    def learn(self, model: str, quirk: Mapping[str, Any]) -> None:
        """Add to what is known of a model."""

    def warn(self, model: str, message: str) -> None:
        """Leave a warning that the organisation's admin sees."""


class NoModelQuirks:
    """Stores nothing, for calls without an organisation."""

    def of(self, model: str) -> Mapping[str, Any]:
        return {}

    def learn(self, model: str, quirk: Mapping[str, Any]) -> None:
        return None

    def warn(self, model: str, message: str) -> None:
        return None


def retry_without(
    quirks: ModelQuirks, dialect: Dialect, model: str, body: dict[str, Any], refusal: Unsupported
) -> dict[str, Any]:
    """Return `body` without the refused parameter and its kind, and remember it.

    Raises the refusal's error if the request requires the parameter.
    """
    refused = dialect.refused_with(refusal.parameter, body)
    if not refused:
        raise refusal.error from None
    known = quirks.of(model).get("refuses", ())
    quirks.learn(model, {"refuses": sorted({*known, *refused})})
    return dialect.without(body, refused)


def replacement(account: Account, model: str) -> Replacement | None:
    """Return what may be asked in the place of a model that the provider does not have."""
    found = _older(model) or _successor(model)
    return found if found and account.allows(found.model) else None


def note_replaced(quirks: ModelQuirks, replaced: Replacement, model: str) -> None:
    """Ask the replacement from now on, and tell the organisation's admin."""
    quirks.learn(model, {"successor": replaced.model})
    quirks.warn(model, replaced.warning)


def _older(model: str) -> Replacement | None:
    older = OLDER.get(model)
    if older is None:
        return None
    return Replacement(
        older,
        f"The provider has no {model}; {older} answers in its place."
        " Choose a transcription_model that it has.",
    )


def _successor(model: str) -> Replacement | None:
    retired = retirement(model)
    if retired is None or retired.successor is None:
        return None
    gone = (
        f"was retired on {retired.date}"
        if retired.is_past(datetime.now(UTC).date())
        else f"is no longer served, before its last day {retired.date}"
    )
    return Replacement(
        retired.successor,
        f"{model} {gone}; {retired.successor} answers in its place."
        " Change the model in the flow, or set an alias.",
    )
