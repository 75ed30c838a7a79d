"""The retirement dates and successors of models, read once from retirements.json.

The file has groups `{"date", "successor", "source", "models"}`, by date; those without a date live
on. A dated snapshot (`gpt-4o-2030-01-01`) that the file does not name goes with its family. No
successor is given where none does the same; one that speaks may do so by another API.
"""

from __future__ import annotations

import datetime
import functools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_DATA = Path(__file__).with_name("retirements.json")
_SNAPSHOT = re.compile(r"(?P<family>.+?)-(\d{4}-\d{2}-\d{2}|\d{4})")


@dataclass(frozen=True)
class Retirement:
    """A model's last day, its replacement, and the source."""

    model: str
    date: datetime.date
    successor: str | None
    source: str

    def is_past(self, today: datetime.date) -> bool:
        return self.date <= today


def retirement(model: str) -> Retirement | None:
    """Return the entry of this model, or of the family it is a snapshot of."""
    known = _by_model()
    if model in known:
        return known[model]
    snapshot = _SNAPSHOT.fullmatch(model)
    return known.get(snapshot["family"]) if snapshot else None


def is_known(model: str) -> bool:
    """Tell whether the file has this very model, retiring or not."""
    return model in _by_model()


def successor(model: str) -> str | None:
    """Return the model to use instead; None without a retirement or a named successor."""
    found = retirement(model)
    return found.successor if found else None


def retiring(models: Iterable[str], today: datetime.date, within_days: int) -> list[Retirement]:
    """Return those of `models` that are retired or will be within the days, soonest first.

    The entry has the requested name, so that a warning can repeat it.
    """
    horizon = today + datetime.timedelta(days=within_days)
    found = []
    for model in dict.fromkeys(models):
        entry = retirement(model)
        if entry is not None and entry.date <= horizon:
            found.append(Retirement(model, entry.date, entry.successor, entry.source))
    return sorted(found, key=lambda entry: (entry.date, entry.model))


class Retired(Mapping[str, str]):
    """The models retired by a day, with their replacements or "", including snapshots."""

    def __init__(self, today: datetime.date) -> None:
        self.today = today

    def __getitem__(self, model: str) -> str:
        found = retirement(model)
        if found is None or not found.is_past(self.today):
            raise KeyError(model)
        return found.successor or ""

    def __iter__(self) -> Iterator[str]:
        return (
            model for model, found in _by_model().items() if found and found.is_past(self.today)
        )

    def __len__(self) -> int:
        return sum(1 for _ in self)


@functools.cache
def _by_model() -> dict[str, Retirement | None]:
    groups = json.loads(_DATA.read_text(encoding="utf-8"))
    return {model: _entry(model, group) for group in groups for model in group["models"]}


def _entry(model: str, group: Mapping[str, str | None]) -> Retirement | None:
    if group["date"] is None:
        return None
    last_day = datetime.date.fromisoformat(group["date"])
    return Retirement(model, last_day, group["successor"], str(group["source"]))
