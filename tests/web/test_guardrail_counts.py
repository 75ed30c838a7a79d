from __future__ import annotations

from flowhook.usage.counters import Count, Row
from web.guardrail_counts import rule_counts

POLICIES = ("banned", "topics", "minors")


def spoke(day: str, policy: str, calls: int, model: str = "") -> Row:
    return Row(day, "", model, Count(calls=calls), guardrail=policy)


def test_rules_are_counted_by_day_over_all_models() -> None:
    rows = [
        spoke("2026-11-01", "minors", 1),
        spoke("2026-11-02", "banned", 2),
        spoke("2026-11-02", "banned", 3, "gpt-6-luna"),
        spoke("2026-11-02", "minors", 4),
    ]
    counts = rule_counts(rows, POLICIES)
    assert counts.policies == ("banned", "minors")
    assert counts.days == [("2026-11-02", [5, 4]), ("2026-11-01", [0, 1])]
    assert counts.totals == [5, 5]
