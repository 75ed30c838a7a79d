"""Interprets the error replies of OpenAI and of the servers that speak its dialect.

What a server means (meanings.py) counts before the status. The provider's own message is never
passed on: it can repeat the key or the contact's words. Its `code` and `param` are, where they are
plain identifiers.

Source: OpenAI OpenAPI spec 2.3.0; the retry policy is that of the openai Python client.
"""

from __future__ import annotations

from flowhook.errors import (
    FlowhookError,
    InvalidResponse,
    ProviderError,
    ProviderFailure,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
)
from flowhook.providers.dialect import Unsupported
from flowhook.providers.openai.error_body import read_error
from flowhook.providers.openai.meanings import MEANINGS, bad_key, meaning_of, no_model
from flowhook.providers.openai.parameters import named_parameter, refused_parameter
from flowhook.providers.requests import MAX_RETRY_AFTER_SECONDS, retry_after_seconds
from flowhook.providers.transport import HttpReply

RETRIED_STATUSES = frozenset({408, 409, 429})


class OpenAIErrorReply:
    """The error of a reply, read defensively: it may come from any server."""

    def __init__(self, reply: HttpReply) -> None:
        self.reply = reply
        self.status = reply.status
        self.body = read_error(reply)
        self.meaning = meaning_of(self.status, self.body)

    @property
    def is_model_missing(self) -> bool:
        return self.meaning == "model missing"

    def unsupported_parameter(self) -> str | None:
        """Return the parameter that the reply reports as unsupported by the model, if any."""
        if self.meaning:
            return MEANINGS[self.meaning].refused
        return refused_parameter(self.status, self.body)

    def should_retry(self) -> bool:
        if self.meaning:
            return MEANINGS[self.meaning].is_passing
        told = self.reply.headers.get("x-should-retry")
        if told in ("true", "false"):
            return told == "true"
        return self.status in RETRIED_STATUSES or self.status >= 500

    def as_exception(self) -> FlowhookError | Unsupported:
        """Return the exception for the reply."""
        parameter = self.unsupported_parameter()
        named = self.as_error()
        return Unsupported(parameter, named) if parameter else named

    def as_error(self) -> ProviderFailure:
        """Return the error for what the reply says, else for its status."""
        if self.meaning:
            return MEANINGS[self.meaning].make()
        return _BY_STATUS.get(self.status, _other)(self)

    def retry_after_seconds(self) -> float | None:
        """Return the wait that the reply asks for, in its headers or in the error."""
        told = retry_after_seconds(self.reply.headers)
        return self.body.retry_after_seconds if told is None else told

    def detail(self) -> str:
        """Return ` (code, param)` as far as they are known."""
        named = self.body.param or named_parameter(self.body)
        parts = [part for part in (self.body.code or self.body.type, named) if part]
        return f" ({', '.join(parts)})" if parts else ""


def _bad_request(error: OpenAIErrorReply) -> ProviderFailure:
    return ProviderRejected(f"the provider rejected the request{error.detail()}")


def _unauthorized(_error: OpenAIErrorReply) -> ProviderFailure:
    return bad_key()


def _forbidden(error: OpenAIErrorReply) -> ProviderFailure:
    return ProviderRejected(
        f"the provider forbids this account the request{error.detail()}",
        fix="Check the key's permissions, its project and whether its region is supported.",
    )


def _not_found(error: OpenAIErrorReply) -> ProviderFailure:
    if error.body.param == "model":
        return no_model()
    return ProviderRejected(
        f"the provider has nothing at this address{error.detail()}",
        fix="Check base_url in the organisation's OpenAI settings; it usually ends in /v1.",
    )


def _too_many(error: OpenAIErrorReply) -> ProviderFailure:
    return ProviderRateLimited(
        "the provider limits this account's rate",
        retry_after_seconds=min(MAX_RETRY_AFTER_SECONDS, error.retry_after_seconds() or 1.0),
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
