"""Interprets OpenAI's error replies, and tells whether a retry can help.

The provider's own message is never passed on: it can repeat the key or the contact's words.
Its `code` and `param` are, where they are plain identifiers.

Source: OpenAI OpenAPI spec 2.3.0; the retry policy is that of the openai Python client.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from flowhook.errors import (
    ContentFilter,
    FlowhookError,
    InsufficientQuota,
    InvalidApiKey,
    InvalidResponse,
    ModelNotFound,
    ProviderError,
    ProviderFailure,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
)
from flowhook.providers.dialect import Unsupported
from flowhook.providers.requests import MAX_RETRY_AFTER_SECONDS, retry_after_seconds
from flowhook.providers.transport import HttpReply

RETRIED_STATUSES = frozenset({408, 409, 429})
QUOTA_CODES = frozenset(
    {
        "insufficient_quota",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
        "billing_hard_limit_reached",
    }
)
FILTER_CODES = frozenset({"content_filter", "content_policy_violation", "moderation_blocked"})
UNSUPPORTED = re.compile(
    r"unsupported (parameter|value)|not supported (with|by) th|does not support"
    r"|unrecognized request argument|unknown parameter|only the default",
    re.IGNORECASE,
)
QUOTED = re.compile(r"['\"`]([a-z_]{1,40})['\"`]|supplied: ([a-z_]{1,40})")
IDENTIFIER = re.compile(r"[a-z][a-z0-9_.\[\]]{0,60}")


class OpenAIErrorReply:
    """The `error` object of a reply, read defensively: it may come from any server."""

    def __init__(self, reply: HttpReply) -> None:
        self.reply = reply
        self.status = reply.status
        error = self.error = _error_object(reply.body)
        self.code = _identifier(error.get("code"))
        self.type = _identifier(error.get("type"))
        self.param = _identifier(error.get("param"))
        message = error.get("message")
        self._message = message[:2000] if isinstance(message, str) else ""

    @property
    def is_quota(self) -> bool:
        return self.status == 429 and (self.type in QUOTA_CODES or self.code in QUOTA_CODES)

    @property
    def is_model_missing(self) -> bool:
        return self.status in (400, 404) and self.code == "model_not_found"

    def unsupported_parameter(self) -> str | None:
        """Return the parameter that a 400 reports as unsupported by the model, if any."""
        if self.status != 400:
            return None
        named = self.code in ("unsupported_parameter", "unsupported_value", "unknown_parameter")
        if not named and not UNSUPPORTED.search(self._message):
            return None
        quoted = QUOTED.search(self._message)
        found = self.param or (quoted and (quoted[1] or quoted[2]))
        return found.partition(".")[0] if found else None

    def should_retry(self) -> bool:
        told = self.reply.headers.get("x-should-retry")
        if told in ("true", "false"):
            return told == "true" and not self.is_quota
        if self.is_quota:
            return False
        return self.status in RETRIED_STATUSES or self.status >= 500

    def as_exception(self) -> FlowhookError | Unsupported:
        """Return the exception for the reply."""
        parameter = self.unsupported_parameter()
        named = self.as_error()
        return Unsupported(parameter, named) if parameter else named

    def as_error(self) -> ProviderFailure:
        """Return the error for the reply's status."""
        return _BY_STATUS.get(self.status, _other)(self)

    def detail(self) -> str:
        """Return ` (code, param)` as far as they are known."""
        parts = [part for part in (self.code or self.type, self.param) if part]
        return f" ({', '.join(parts)})" if parts else ""


def _bad_request(error: OpenAIErrorReply) -> ProviderFailure:
    if error.code == "context_length_exceeded":
        return ProviderRejected(
            "the prompt and the question are longer than the model takes",
            fix="Shorten the prompt or the question, or choose a model with a larger context.",
        )
    if error.code in FILTER_CODES:
        return ContentFilter("the provider's content filter stopped the request")
    if error.is_model_missing:
        return _not_found(error)
    return ProviderRejected(f"the provider rejected the request{error.detail()}")


def _unauthorized(_error: OpenAIErrorReply) -> ProviderFailure:
    return InvalidApiKey("the provider does not accept the organisation's API key")


def _forbidden(error: OpenAIErrorReply) -> ProviderFailure:
    return ProviderRejected(
        f"the provider forbids this account the request{error.detail()}",
        fix="Check the key's permissions, its project and whether its region is supported.",
    )


def _not_found(error: OpenAIErrorReply) -> ProviderFailure:
    if error.is_model_missing:
        return ModelNotFound("the provider has no such model for this account")
    return ProviderRejected(
        f"the provider has nothing at this address{error.detail()}",
        fix="Check base_url in the organisation's OpenAI settings; it usually ends in /v1.",
    )


def _too_many(error: OpenAIErrorReply) -> ProviderFailure:
    if error.is_quota:
        return InsufficientQuota("the organisation's provider account has no credit left")
    return ProviderRateLimited(
        "the provider limits this account's rate",
        retry_after_seconds=min(
            MAX_RETRY_AFTER_SECONDS, retry_after_seconds(error.reply.headers) or 1.0
        ),
    )


def _timeout(_error: OpenAIErrorReply) -> ProviderFailure:
    return ProviderTimeout("the provider gave up waiting (HTTP 408)")


def _other(error: OpenAIErrorReply) -> ProviderFailure:
    if error.status >= 500 or error.status == 409:
        return ProviderError(f"the provider failed with HTTP {error.status}{error.detail()}")
    if error.status >= 400:
        return ProviderRejected(f"the provider answered HTTP {error.status}{error.detail()}")
    return InvalidResponse(f"the provider answered HTTP {error.status} where 200 was due")


_BY_STATUS = {
    400: _bad_request,
    401: _unauthorized,
    403: _forbidden,
    404: _not_found,
    408: _timeout,
    422: _bad_request,
    429: _too_many,
}


def _error_object(body: bytes) -> Mapping[str, Any]:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, dict) else {}


def _identifier(value: Any) -> str | None:
    return value if isinstance(value, str) and IDENTIFIER.fullmatch(value) else None
