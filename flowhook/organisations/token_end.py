"""When a token ends: a day, at whose end it does, or a moment (UTC where no zone is given)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta


def end_of(expires_at: str) -> float:
    """Epoch seconds of the end; raises ValueError for anything that is no ISO date.

    >>> end_of("1970-01-01"), end_of("1970-01-01T01:00:00+01:00"), end_of("1970-01-01T00:01")
    (86400.0, 0.0, 60.0)
    """
    if len(expires_at) == len("2026-11-28"):
        day = date.fromisoformat(expires_at) + timedelta(days=1)
        return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    moment = datetime.fromisoformat(expires_at)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
