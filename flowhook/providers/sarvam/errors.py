"""Interprets Sarvam's errors: `{"error": {"code", "message", "request_id"}}`.

A wrong key is 403, and spent credits are 429 as too many requests are; the code tells them apart.
The message is never passed on: it can repeat the contact's words.

Source: https://docs.sarvam.ai/api/errors-troubleshooting
"""

from __future__ import annotations

import re

from flowhook.errors import (
    FlowhookError,
    InsufficientQuota,
    InvalidApiKey,
    ModelNotFound,
    ProviderFailure,
    ProviderRateLimited,
    ProviderRejected,
)
from flowhook.providers.dialect import Unsupported
from flowhook.providers.openai.errors import OpenAIErrorReply
from flowhook.providers.requests import MAX_RETRY_AFTER_SECONDS, retry_after_seconds

_BAD_KEY = frozenset({"invalid_api_key_error", "authentication_error"})
_NO_CREDIT = "insufficient_quota_error"
_TOO_MANY = "rate_limit_exceeded_error"
_TOO_LONG = re.compile(r"duration.{0,60}(exceed|limit|maximum)|batch api", re.IGNORECASE)
_SPEAKER = re.compile(r"\bspeaker\b", re.IGNORECASE)
_MODEL = re.compile(r"\bmodel\b", re.IGNORECASE)
# Its speech API called the language of a text target_language_code before.
_RENAMED = re.compile(r"(?<!target_)\blanguage_code\b", re.IGNORECASE)
OLD_LANGUAGE = "target_language_code"


class RecordingTooLong(ProviderRejected):
    """The recording is longer than one request takes; a batch job takes it."""


class SarvamErrorReply(OpenAIErrorReply):
    """An error of Sarvam's speech API, or of its chat API, which speaks OpenAI's dialect."""

    def should_retry(self) -> bool:
        if self.body.names & (_BAD_KEY | {_NO_CREDIT}):
            return False
        return super().should_retry()

    def as_exception(self) -> FlowhookError | Unsupported:
        named = self.as_error()
        asks_for_new_name = (
            self.status in (400, 422)
            and type(named) is ProviderRejected
            and _RENAMED.search(f"{self.body.param} {self.body.message}")
        )
        return Unsupported(OLD_LANGUAGE, named) if asks_for_new_name else named

    def as_error(self) -> ProviderFailure:
        names = self.body.names
        if names & _BAD_KEY or self.status == 401:
            return InvalidApiKey(
                "Sarvam does not accept the organisation's API key",
                fix="Paste a working key of dashboard.sarvam.ai into the organisation's sarvam"
                " settings, or into the account whose provider is sarvam.",
            )
        if _NO_CREDIT in names or self.status == 402:
            return InsufficientQuota(
                "the organisation's Sarvam account has no credit left",
                fix="Add credit to the account at dashboard.sarvam.ai.",
            )
        if _TOO_MANY in names:
            return self._too_many()
        if self.status in (400, 404, 413, 422):
            return self._rejected() or super().as_error()
        return super().as_error()

    def _too_many(self) -> ProviderFailure:
        asked = retry_after_seconds(self.reply.headers) or 1.0
        return ProviderRateLimited(
            "Sarvam limits this account's rate",
            retry_after_seconds=min(MAX_RETRY_AFTER_SECONDS, asked),
        )

    def _rejected(self) -> ProviderFailure | None:
        said = self.body.message
        if _TOO_LONG.search(said):
            return RecordingTooLong(
                "the recording is longer than Sarvam takes", fix="Send a shorter recording."
            )
        if _SPEAKER.search(said):
            return ProviderRejected(
                "Sarvam's model has no voice of that name",
                fix="Leave voice out, or name one of the model's voices in small letters; those"
                " of bulbul:v3 are listed with the function text_to_speech.",
            )
        if _MODEL.search(said):
            return ModelNotFound(
                "Sarvam has no such model for this request",
                fix="Leave model out, or name bulbul:v3 to speak and saaras:v3 to hear.",
            )
        return None
