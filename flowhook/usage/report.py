"""Add usage up by day, model or function, with its cost where prices are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from flowhook.usage.counters import Count, Row
from flowhook.usage.prices import Prices

GROUPINGS = ("day", "model", "function")


@dataclass(slots=True)
class _Line:
    count: Count = field(default_factory=Count)
    cost: float | None = None
    unpriced_tokens: int = 0


def report(rows: Iterable[Row], by: str, prices: Prices) -> list[dict[str, Any]]:
    """Return a line for each day, model or function, in order.

    `cost` (US dollars) covers the models with a price; tokens of the others are
    `unpriced_tokens`. Either is absent where there are none.
    """
    lines: dict[str, _Line] = {}
    for row in rows:
        line = lines.setdefault(getattr(row, by), _Line())
        line.count.add(row.count)
        price = prices.find(row.model)
        if price is None:
            line.unpriced_tokens += row.count.input_tokens + row.count.output_tokens
        else:
            cost = price.cost(row.count.input_tokens, row.count.output_tokens)
            line.cost = (line.cost or 0.0) + cost
    return [_shown(by, name, lines[name]) for name in sorted(lines)]


def _shown(by: str, name: str, line: _Line) -> dict[str, Any]:
    shown: dict[str, Any] = {by: name or None, **asdict(line.count)}
    if line.cost is not None:
        shown["cost"] = round(line.cost, 6)
    if line.unpriced_tokens:
        shown["unpriced_tokens"] = line.unpriced_tokens
    return shown
