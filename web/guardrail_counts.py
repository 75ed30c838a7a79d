"""How often each rule of an organisation's guardrails spoke, by day; never on what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flowhook.usage.counters import Row


@dataclass(frozen=True, slots=True)
class RuleCounts:
    """`days`, the newest first, each with its counts in the order of `policies`; `totals` by
    policy, in that order, too."""

    policies: tuple[str, ...]
    days: list[tuple[str, list[int]]]
    totals: list[int]


def rule_counts(rows: Iterable[Row], policies: tuple[str, ...]) -> RuleCounts:
    """Add rows of usage up; policies that spoke on no day are left out.

    >>> rule_counts([], ("banned",))
    RuleCounts(policies=(), days=[], totals=[])
    """
    by_day: dict[str, dict[str, int]] = {}
    for row in rows:
        counts = by_day.setdefault(row.day, {})
        counts[row.guardrail] = counts.get(row.guardrail, 0) + row.count.calls
    shown = tuple(one for one in policies if any(counts.get(one) for counts in by_day.values()))
    days = [
        (day, [counts.get(one, 0) for one in shown])
        for day, counts in sorted(by_day.items(), reverse=True)
    ]
    totals = [sum(column) for column in zip(*(counts for _, counts in days), strict=True)]
    return RuleCounts(shown, days, totals)
