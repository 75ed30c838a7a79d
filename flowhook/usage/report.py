"""Add usage up by day, model, function, saved prompt, source or guardrail, with its cost where
prices are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from flowhook.usage.counters import Count, Row
from flowhook.usage.prices import Prices

GROUPINGS = ("day", "model", "function")
PROMPT = "prompt"  # a grouping of one organisation's rows of saved prompts alone
SOURCE = "source"  # and of its rows of what answered
GUARDRAIL = "guardrail"  # and of those of policies that spoke, a line for each day


@dataclass(slots=True)
class _Line:
    count: Count = field(default_factory=Count)
    cost: float | None = None
    unpriced_tokens: int = 0


def report(rows: Iterable[Row], by: str, prices: Prices) -> list[dict[str, Any]]:
    """Return a line for each day, model, function, version of a prompt or source, in order; of
    guardrails for each policy and day.

    `cost` (US dollars) covers the models with a price; tokens of the others are
    `unpriced_tokens`. Either is absent where there are none.
    """
    lines: dict[tuple[str, str], _Line] = {}
    for row in rows:
        day = row.day if by == GUARDRAIL else ""
        line = lines.setdefault((day, getattr(row, by)), _Line())
        line.count.add(row.count)
        price = prices.find(row.model)
        if price is None:
            line.unpriced_tokens += row.count.input_tokens + row.count.output_tokens
        else:
            cost = price.cost(row.count.input_tokens, row.count.output_tokens)
            line.cost = (line.cost or 0.0) + cost
    return [_shown(by, *named, lines[named]) for named in sorted(lines, key=_place)]


def _place(named: tuple[str, str]) -> tuple[str, str, int]:
    """What lines are sorted by: a prompt's tenth version stands behind its second."""
    day, name = named
    before, _, number = name.rpartition("@")
    return (day, before, int(number)) if before and number.isdecimal() else (day, name, 0)


def _shown(by: str, day: str, name: str, line: _Line) -> dict[str, Any]:
    shown: dict[str, Any] = {by: name or None, **asdict(line.count)}
    if day:
        shown["day"] = day
    if line.cost is not None:
        shown["cost"] = round(line.cost, 6)
    if line.unpriced_tokens:
        shown["unpriced_tokens"] = line.unpriced_tokens
    return shown
