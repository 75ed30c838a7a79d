"""Moments as text: ISO 8601 in UTC with a Z, in answers, in the store and in log lines."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def timestamp(moment: datetime, precision: str = "seconds") -> str:
    """
    >>> timestamp(datetime(2026, 11, 20, 9, 30, tzinfo=UTC), "milliseconds")
    '2026-11-20T09:30:00.000Z'
    """
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")


def timestamp_of(milliseconds: int) -> str:
    """Of epoch milliseconds, to the millisecond.

    >>> timestamp_of(1_700_000_000_007)
    '2023-11-14T22:13:20.007Z'
    """
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(milliseconds // 1000))
    return f"{stamp}.{milliseconds % 1000:03d}Z"


def now() -> str:
    """To the second."""
    return timestamp(datetime.now(UTC))
