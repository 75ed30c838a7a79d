"""Handles models that stop accepting a parameter or are retired.

The findings are stored as the model's quirks, so that the next call is right at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from flowhook.providers.account import Account
from flowhook.providers.dialect import Dialect, Unsupported
from flowhook.providers.retirements import Retirement, retirement


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


def replacement(account: Account, model: str) -> Retirement | None:
    """Return the known retirement of a missing model, if its successor may be asked instead."""
    retired = retirement(model)
    if retired is None or retired.successor is None:
        return None
    return retired if account.allows(retired.successor) else None


def note_retired(quirks: ModelQuirks, retired: Retirement, model: str) -> None:
    """Ask the successor from now on, and tell the organisation's admin."""
    quirks.learn(model, {"successor": retired.successor})
    gone = (
        f"was retired on {retired.date}"
        if retired.is_past(datetime.now(UTC).date())
        else f"is no longer served, before its last day {retired.date}"
    )
    quirks.warn(
        model,
        f"{model} {gone}; {retired.successor} answers in its place."
        " Change the model in the flow, or set an alias.",
    )
