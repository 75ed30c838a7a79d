"""What saved prompts were used and what they cost in the last 30 days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from answers.prompts.prompt import read_reference
from flowhook.usage.report import PROMPT, report
from web.page_services import PageServices

SPEND_DAYS = 30


@dataclass(frozen=True, slots=True)
class Spend:
    """Calls, and their cost in US dollars; None where no price is known.

    >>> Spend(1, 0.5) + Spend(2), Spend(1) + Spend(1, 0.5)
    (Spend(calls=3, cost=0.5), Spend(calls=2, cost=0.5))
    """

    calls: int = 0
    cost: float | None = None

    def __add__(self, other: Spend) -> Spend:
        costs = [one.cost for one in (self, other) if one.cost is not None]
        return Spend(self.calls + other.calls, sum(costs) if costs else None)


Spends = Mapping[str, Mapping[int, Spend]]
"""By a prompt's name and its version."""


def spends(services: PageServices, org: str) -> Spends:
    """What each version of each prompt was used: one round trip, however many there are."""
    today = datetime.now(UTC).date()
    days = [(today - timedelta(days)).isoformat() for days in range(SPEND_DAYS)]
    return by_version(report(services.counters.read_prompts(org, days), PROMPT, services.prices))


def by_version(lines: Iterable[Mapping[str, Any]]) -> Spends:
    found: dict[str, dict[int, Spend]] = defaultdict(dict)
    for line in lines:
        reference = read_reference(str(line[PROMPT]))
        if reference is not None and reference[1]:
            found[reference[0]][reference[1]] = Spend(line["calls"], line.get("cost"))
    return found


def total(spent: Mapping[int, Spend]) -> Spend:
    """Of all versions together."""
    return sum(spent.values(), Spend())
