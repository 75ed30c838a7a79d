"""The errors that Flowhook raises on purpose: wire type, HTTP status and the role that fixes it.

An error is raised where it happens, and the HTTP layer answers it in one JSON shape:

    {"success": false, "error": {"type", "message", "fix", "fields"?}, "request_id"}

`message` says what is wrong and `fix` what the named person does about it. Neither ever
holds a key, a token or a contact's words: both consist of constants, field names and
settings that are not secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

FLOW_AUTHOR = "flow author"
CALLER = "caller"
ORGANISATION_ADMIN = "organisation admin"
OPERATOR = "operator"
PROVIDER = "provider"


class FlowhookError(Exception):
    """The base class: `type` on the wire, HTTP `status`, `fixed_by`, and a default `fix`.

    `retryable`: the cause lies outside the call, so the same call may succeed later.
    """

    type = "internal"
    status = 500
    fixed_by = OPERATOR
    retryable = False
    fix = "Tell the operator the request id; it finds the cause in the log."

    def __init__(
        self,
        message: str,
        *,
        fix: str | None = None,
        fields: dict[str, Any] | None = None,
        retry_after_seconds: float | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        if fix is not None:
            self.fix = fix
        self.fields = _named(fields) if fields else None
        self.retry_after_seconds = retry_after_seconds
        self.headers = headers or {}

    def as_dict(self) -> dict[str, Any]:
        """Return the `error` object of an answer."""
        error: dict[str, Any] = {"type": self.type, "message": self.message, "fix": self.fix}
        if self.fields:
            error["fields"] = self.fields
        return error

    def answer(self, request_id: str, main: str = "") -> dict[str, Any]:
        """Return the JSON object of a failure, with the message also under the key `main`."""
        answer = {"success": False, "error": self.as_dict(), "request_id": request_id}
        if main:
            answer[main] = self.message
        return answer


def error_classes(root: type[FlowhookError] = FlowhookError) -> Iterator[type[FlowhookError]]:
    """Return every error class, each after its base class."""
    yield root
    for inner in root.__subclasses__():
        yield from error_classes(inner)


def read_error(told: Mapping[str, Any]) -> FlowhookError:
    """Rebuild an error from `as_dict`, of the first class of its type or of the base class."""
    kind = next((one for one in error_classes() if one.type == told["type"]), FlowhookError)
    return kind(told["message"], fix=told["fix"], fields=told.get("fields"))


def _named(messages: Any) -> Any:
    """Convert the keys of validation messages to text; those of list items are numbers."""
    if isinstance(messages, dict):
        return {str(name): _named(inner) for name, inner in messages.items()}
    return messages


# --- errors of the flow author or the caller ------------------------------------------------


class InvalidInput(FlowhookError):
    type = "invalid_input"
    status = 400
    fixed_by = FLOW_AUTHOR
    fix = "Correct what is named; GET /docs shows what every call and function takes."


class EmptyInput(InvalidInput):
    type = "empty_input"
    fix = 'Save the contact\'s answer as a result and pass it, for example "@results.question".'


class UnresolvedVariable(InvalidInput):
    type = "unresolved_variable"
    fix = (
        "The flow never set this variable: check its name and that a node before this one sets it."
    )


class InvalidJson(InvalidInput):
    type = "invalid_json"
    fix = "Send one JSON object in UTF-8."


class Unauthorized(FlowhookError):
    type = "unauthorized"
    status = 401
    fixed_by = CALLER
    fix = 'Send "Authorization: Bearer <token>" with a token of this organisation.'


class Ended(Unauthorized):
    """A token that was right until it ended."""

    fix = "Ask the organisation's admin for a new token."


class Forbidden(FlowhookError):
    type = "forbidden"
    status = 403
    fixed_by = ORGANISATION_ADMIN
    fix = "Use a token of this organisation that allows this call (scope webhook or admin)."


class Inactive(Forbidden):
    type = "inactive"
    fix = "Set is_active to true in the organisation's OpenAI settings."


class MissingApiKey(Forbidden):
    type = "missing_api_key"
    fix = "Save an OpenAI API key in the organisation's OpenAI settings."


class NotFound(FlowhookError):
    type = "not_found"
    status = 404
    fixed_by = CALLER
    fix = "Check the address; GET /docs lists every path."


class MethodNotAllowed(FlowhookError):
    type = "method_not_allowed"
    status = 405
    fixed_by = CALLER
    fix = "Use a method that the Allow header names."


class Conflict(FlowhookError):
    type = "conflict"
    status = 409
    fixed_by = CALLER
    fix = "Read the current state and try again."


class Changed(Conflict):
    """What the caller read is no longer what is stored; `fields` names what changed."""

    status = 412
    fix = "Read it again, and send the change with the new ETag in If-Match."


class GateFailed(FlowhookError):
    """A prompt's or flow's new version answers its question set worse than the live one; `fields`
    tells what is wrong by case."""

    type = "gate_failed"
    status = 409
    fixed_by = FLOW_AUTHOR
    fix = "Mend the cases named, or put it live all the same with ?force=true."


class Blocked(FlowhookError):
    """A guardrail of the organisation refuses; the message names the policy, never the words."""

    type = "blocked"
    status = 403
    fixed_by = FLOW_AUTHOR
    fix = "Lead the node's failure on, or have an admin change the organisation's guardrails."


class TooLarge(FlowhookError):
    type = "too_large"
    status = 413
    fixed_by = CALLER
    fix = "Send a smaller body; the limit is 1 MiB."


class UnsupportedMediaType(FlowhookError):
    type = "unsupported_media_type"
    status = 415
    fixed_by = CALLER
    fix = "Send the header Content-Type: application/json."


class RateLimited(FlowhookError):
    type = "rate_limited"
    status = 429
    fixed_by = ORGANISATION_ADMIN
    retryable = True
    fix = "Wait as long as Retry-After says, or raise the organisation's limit."


class BudgetExceeded(RateLimited):
    type = "budget_exceeded"
    retryable = False
    fix = "The month's tokens are used up: raise monthly_tokens in the organisation's limits."


# --- errors of the service itself -----------------------------------------------------------


class Internal(FlowhookError):
    """An unexpected error; its details never leave the process."""


class Overloaded(FlowhookError):
    type = "overloaded"
    status = 503
    fixed_by = OPERATOR
    retryable = True
    fix = (
        "Try again shortly; if it lasts, the operator checks /readyz, and adds capacity if that is"
        " well."
    )


class StoreAway(Overloaded):
    """Redis cannot be reached."""

    fix = "Try again shortly; if it lasts, the operator checks that Redis runs and can be reached."


class StoreFull(Overloaded):
    """The store has no room for new work; what was accepted before is still finished."""

    fix = (
        "Try again later. The operator makes room: /readyz tells how full the store is, and the"
        " operations guide what to do."
    )


# --- errors of the provider -----------------------------------------------------------------


class ProviderFailure(FlowhookError):
    """The base class of all failures at a provider or on the connection to it."""

    type = "provider_error"
    status = 502
    fixed_by = PROVIDER
    fix = "Try again later; the provider's status page may say more."


class InvalidApiKey(ProviderFailure):
    type = "invalid_api_key"
    fixed_by = ORGANISATION_ADMIN
    fix = "Paste a working API key into the organisation's OpenAI settings."


class InsufficientQuota(ProviderFailure):
    type = "insufficient_quota"
    fixed_by = ORGANISATION_ADMIN
    fix = "Add credit to the organisation's OpenAI account, or raise its spend limit there."


class ModelNotFound(ProviderFailure):
    type = "model_not_found"
    fixed_by = ORGANISATION_ADMIN
    fix = "Choose a model that the settings page offers for this key, or set a model alias."


class Refused(ProviderFailure):
    type = "refused"
    fix = "The model declined: reword the prompt or the question."


class ContentFilter(ProviderFailure):
    type = "content_filter"
    fix = "The provider's content filter stopped the answer: reword the prompt or the question."


class Truncated(ProviderFailure):
    type = "truncated"
    fixed_by = FLOW_AUTHOR
    fix = "Raise max_tokens, or ask for a shorter answer."


class ProviderRejected(ProviderFailure):
    type = "provider_rejected"
    fixed_by = FLOW_AUTHOR
    fix = "Correct what the message names; the provider did not accept the request."


class WindowClosed(ProviderRejected):
    """WhatsApp accepts only templates: the contact last wrote more than 24 hours ago."""

    fixed_by = ORGANISATION_ADMIN
    fix = "Name an approved template in template_name of the organisation's WhatsApp settings."


class ProviderError(ProviderFailure):
    """The provider failed on its side (HTTP 5xx) and retries did not help."""

    retryable = True


class InvalidResponse(ProviderFailure):
    type = "invalid_response"
    fix = (
        "The provider's answer was not what its API promises; check its address (base_url) and"
        " try again."
    )


class ProviderUnavailable(ProviderFailure):
    type = "provider_unavailable"
    status = 503
    retryable = True
    fix = "The provider cannot be reached: check its address (base_url), or wait until it is back."


class ProviderTimeout(ProviderFailure):
    type = "provider_timeout"
    status = 504
    retryable = True
    fix = "Try again, ask for less, or raise timeout_seconds in the organisation's settings."


class NotAnswered(FlowhookError):
    """A person was asked, and nobody answered in time."""

    type = "not_answered"
    status = 504
    fixed_by = ORGANISATION_ADMIN
    fix = "Answer what waits in the inbox sooner, or have more people told of it."


class ProviderRateLimited(ProviderFailure):
    type = "provider_rate_limited"
    status = 429
    fixed_by = ORGANISATION_ADMIN
    retryable = True
    fix = "The provider limits this account's rate: wait as Retry-After says, or raise it there."
