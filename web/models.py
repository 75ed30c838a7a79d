"""Models of an organisation that their provider shuts down, and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from flowhook.providers.retirements import Retirement, retiring

WARN_DAYS = 180
USED_DAYS = 30


def today() -> date:
    return datetime.now(UTC).date()


def recent_days() -> list[str]:
    return [(today() - timedelta(days=back)).isoformat() for back in range(USED_DAYS)]


def goes(model: str | None) -> Retirement | None:
    """The retirement of a model that was shut down or will be soon; None otherwise."""
    found = retiring([model], today(), WARN_DAYS) if model else []
    return found[0] if found else None


def next_to_go(models: Iterable[str]) -> list[Retirement]:
    """Models that were shut down or will be within half a year, soonest first."""
    return retiring(models, today(), WARN_DAYS)
