"""What a status in the log is called, what it means and who fixes it."""

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


STATUS_WORDS = {
    "ok": "Answered",
    "budget_exceeded": "Budget used up",
    "conflict": "Conflict",
    "content_filter": "Stopped by the filter",
    "empty_input": "Field is empty",
    "failed": "Failed",
    "forbidden": "Not allowed",
    "inactive": "Switched off",
    "insufficient_quota": "No credit",
    "internal": "Fault of the service",
    "invalid_api_key": "Key refused",
    "invalid_input": "Field is wrong",
    "invalid_json": "No valid JSON",
    "invalid_response": "Answer not understood",
    "method_not_allowed": "Wrong method",
    "missing_api_key": "No key",
    "model_not_found": "No such model",
    "not_found": "Not found",
    "overloaded": "Service too busy",
    "provider_error": "Provider failed",
    "provider_rate_limited": "Too fast for the provider",
    "provider_rejected": "Rejected by the provider",
    "provider_timeout": "Provider too slow",
    "provider_unavailable": "Provider not reached",
    "rate_limited": "Too many calls",
    "refused": "Model declined",
    "too_large": "Too large",
    "truncated": "Answer cut off",
    "unauthorized": "Token not accepted",
    "unresolved_variable": "Variable never set",
    "unsupported_media_type": "Wrong content type",
}


def status_words(status: str) -> str:
    """What a status of the log is called on pages."""
    return STATUS_WORDS.get(status) or status.replace("_", " ").capitalize()


def explain(status: str) -> Explanation | None:
    return explanations().get(status)
