"""What models cost, in US dollars a million tokens.

prices.json holds list prices, each with its source; an operator's file (`PRICES_FILE`, the same
format) adds to them and overrides them. A dated snapshot (`gpt-4o-mini-2024-07-18`) costs
what its family costs, and of a model that reads texts aloud `output` is the price of sound, which
nearly all it makes is. Not known here: discounts for cached input and batches, and surcharges
for very long prompts; a cost made from these prices is an estimate, the provider's bill counts.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowhook.config import ConfigError

SHIPPED = Path(__file__).with_name("prices.json")
MILLION = 1_000_000
_SNAPSHOT = re.compile(r"(?P<family>.+)-\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars a million tokens, in and out."""

    input: float
    output: float

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        return (input_tokens * self.input + output_tokens * self.output) / MILLION


class Prices:
    """Prices by model."""

    def __init__(self, prices: Mapping[str, Price]) -> None:
        self.prices = prices

    @classmethod
    def load(cls, path: Path | None = None) -> Prices:
        """Read the shipped prices and the operator's file; raises ConfigError."""
        shipped = _read(SHIPPED)
        if path is None:
            return cls(shipped)
        try:
            return cls({**shipped, **_read(path)})
        except (OSError, UnicodeError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise ConfigError(
                f"PRICES_FILE cannot be used ({reason}): it must be a JSON list of"
                ' {"model", "input", "output"}, in US dollars a million tokens'
            ) from None

    def find(self, model: str) -> Price | None:
        found = self.prices.get(model)
        snapshot = None if found else _SNAPSHOT.fullmatch(model)
        return self.prices.get(snapshot["family"]) if snapshot else found


def _read(path: Path) -> dict[str, Price]:
    entries = json.loads(path.read_text())
    if not isinstance(entries, list):
        raise ValueError("no list")
    return dict(_read_price(entry) for entry in entries)


def _read_price(entry: Any) -> tuple[str, Price]:
    if not isinstance(entry, dict) or not isinstance(entry.get("model"), str):
        raise ValueError("an entry without a model")
    return entry["model"], Price(_amount(entry, "input"), _amount(entry, "output"))


def _amount(entry: Mapping[str, Any], name: str) -> float:
    value = entry.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{entry['model']} has no {name} price")
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"{entry['model']} has an impossible {name} price")
    return float(value)
