"""What an error type in the log means and who fixes it, from the error classes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from flowhook.errors import ProviderFailure, error_classes


@dataclass(frozen=True, slots=True)
class Explanation:
    """The default texts of an error type."""

    fix: str
    fixed_by: str
    by_provider: bool


@cache
def explanations() -> dict[str, Explanation]:
    """Explanations by error type; of several classes with one type, of the one nearest the root."""
    found: dict[str, Explanation] = {}
    for error in error_classes():
        by_provider = issubclass(error, ProviderFailure)
        found.setdefault(error.type, Explanation(error.fix, error.fixed_by, by_provider))
    return found


def explain(status: str) -> Explanation | None:
    return explanations().get(status)
