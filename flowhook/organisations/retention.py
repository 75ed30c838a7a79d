"""For how many days an organisation wants things kept: `retention` in its guardrails.

Each store asks when it keeps something and when it shows it, so a change holds at once; what is
stored already is shortened within an hour (retention_sweep.py).
"""

from __future__ import annotations

from collections.abc import Callable

from flowhook.organisations.organisation import Organisation

SECTION, FIELD = "guardrails", "retention"
LOGS, CONVERSATIONS, MEDIA, INBOX = KINDS = ("logs", "conversations", "media", "inbox")
"""What has days of its own."""
DAY_SECONDS = 86_400

DaysOf = Callable[[str], int | None]
"""From an organisation to the days that it names for a kind, None where it names none."""


def none_set(_org: str) -> int | None:
    """No organisation names days."""
    return None


def days_of(organisation: Organisation, kind: str) -> int | None:
    """The days that an organisation names for a kind.

    >>> days_of(Organisation("a", {"guardrails": {"retention": {"logs_days": 7}}}, {}), "logs")
    7
    >>> days_of(Organisation("a", {}, {}), "logs")
    """
    wanted = organisation.section(SECTION).get(FIELD) or {}
    days: int | None = wanted.get(f"{kind}_days")
    return days


def naming(find: Callable[[str], Organisation], kind: str) -> DaysOf:
    """What a store asks for the days of its kind; `find` reads an organisation."""
    return lambda org: days_of(find(org), kind)


def at_most_days(wanted: int | None, most: int) -> int:
    """The days of an organisation within the operator's.

    >>> at_most_days(7, 30), at_most_days(60, 30), at_most_days(None, 30)
    (7, 30, 30)
    """
    return most if wanted is None else min(wanted, most)
