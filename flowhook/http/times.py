"""Times in a query string, in any of the common formats."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
MAX_SECONDS = 10**11  # a larger number counts milliseconds


def read_time(text: str) -> tuple[datetime, datetime]:
    """Parse a time to its first and last epoch millisecond. Raises ValueError if it is none.

    The text is a day, a minute, a second or a millisecond in ISO 8601 (UTC without a zone), or a
    number since the epoch. A plus sign that was not percent-encoded arrives as a space.
    """
    length = MILLISECOND if "." in text else timedelta(seconds=1)
    try:
        if text.isascii() and text.replace(".", "", 1).isdigit() and len(text) != len("20261120"):
            number = float(text)
            if number >= MAX_SECONDS:
                number, length = number / 1000, MILLISECOND
            first = EPOCH + timedelta(seconds=number)
        else:
            moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
            first = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
            if len(text) <= len("2026-11-20"):
                length = timedelta(days=1)
            elif len(text.removesuffix("Z")) == len("2026-11-20T09:30"):
                length = timedelta(minutes=1)
        return first, first + (length - MILLISECOND)
    except (ValueError, OverflowError):
        raise ValueError("Not a time, for example 2026-11-20 or 2026-11-20T09:30:00Z.") from None


def milliseconds(moment: datetime) -> int:
    """Return a time as epoch milliseconds."""
    return (moment - EPOCH) // MILLISECOND
