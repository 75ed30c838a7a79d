"""What a status in the log means and who mends it, from the error classes themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from flowhook.errors import ProviderFailure, error_classes


@dataclass(frozen=True, slots=True)
class Explanation:
    """An error type's default words."""

    fix: str
    fixed_by: str
    by_provider: bool


@cache
def explanations() -> dict[str, Explanation]:
    """By error type; of several classes with one type, the one nearest the root."""
    found: dict[str, Explanation] = {}
    for error in error_classes():
        by_provider = issubclass(error, ProviderFailure)
        found.setdefault(error.type, Explanation(error.fix, error.fixed_by, by_provider))
    return found


def explain(status: str) -> Explanation | None:
    return explanations().get(status)
