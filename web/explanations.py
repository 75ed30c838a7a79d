"""What a status in the log is called, what it means and who fixes it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from flowhook.errors import (
    CALLER,
    FLOW_AUTHOR,
    OPERATOR,
    ORGANISATION_ADMIN,
    PROVIDER,
    ProviderFailure,
    error_classes,
)
from web.language import N_, translated

FIXERS = {
    CALLER: N_("whoever set up the call"),
    FLOW_AUTHOR: N_("flow author"),
    ORGANISATION_ADMIN: N_("organisation admin"),
    OPERATOR: N_("operator"),
    PROVIDER: N_("provider"),
}


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
    "ok": N_("Answered"),
    "blocked": N_("Stopped by a guardrail"),
    "budget_exceeded": N_("Budget used up"),
    "conflict": N_("Conflict"),
    "content_filter": N_("Stopped by the filter"),
    "empty_input": N_("Field is empty"),
    "failed": N_("Failed"),
    "forbidden": N_("Not allowed"),
    "gate_failed": N_("Answers worse"),
    "inactive": N_("Switched off"),
    "insufficient_quota": N_("No credit"),
    "internal": N_("Fault of the service"),
    "invalid_api_key": N_("Key refused"),
    "invalid_input": N_("Field is wrong"),
    "invalid_json": N_("No valid JSON"),
    "invalid_response": N_("Answer not understood"),
    "method_not_allowed": N_("Wrong method"),
    "missing_api_key": N_("No key"),
    "model_not_found": N_("No such model"),
    "not_found": N_("Not found"),
    "not_answered": N_("Nobody answered"),
    "overloaded": N_("Service too busy"),
    "provider_error": N_("Provider failed"),
    "provider_rate_limited": N_("Too fast for the provider"),
    "provider_rejected": N_("Rejected by the provider"),
    "provider_timeout": N_("Provider too slow"),
    "provider_unavailable": N_("Provider not reached"),
    "rate_limited": N_("Too many calls"),
    "refused": N_("Model declined"),
    "too_large": N_("Too large"),
    "truncated": N_("Answer cut off"),
    "unauthorized": N_("Token not accepted"),
    "unresolved_variable": N_("Variable never set"),
    "unsupported_media_type": N_("Wrong content type"),
}


def fixer(fixed_by: str) -> str:
    """Who can fix a failure, in words."""
    return translated(FIXERS.get(fixed_by, fixed_by))


def status_words(status: str) -> str:
    """What a status of the log is called on pages."""
    known = STATUS_WORDS.get(status)
    return translated(known) if known else status.replace("_", " ").capitalize()


def explain(status: str) -> Explanation | None:
    return explanations().get(status)
