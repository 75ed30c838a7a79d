"""Interprets the error replies of OpenAI and of the servers that speak its dialect.

Each server says the same things at another status and in other words; `_MEANINGS` lists what is
understood of them, the most telling first, before the status alone decides. The provider's own
message is never passed on: it can repeat the key or the contact's words. Its `code` and `param`
are, where they are plain identifiers.

Source: OpenAI OpenAPI spec 2.3.0; the retry policy is that of the openai Python client.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

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
from flowhook.providers.openai.error_body import ErrorBody, read_error
from flowhook.providers.openai.parameters import named_parameter, refused_parameter
from flowhook.providers.requests import MAX_RETRY_AFTER_SECONDS, retry_after_seconds
from flowhook.providers.transport import HttpReply

RETRIED_STATUSES = frozenset({408, 409, 429})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error means where it has one of the codes, or one of the statuses and the words."""

    make: Callable[[], ProviderFailure]
    codes: frozenset[str] = frozenset()
    statuses: frozenset[int] = frozenset()
    words: re.Pattern[str] | None = None
    refused: str | None = None  # the parameter without which the request may be taken
    is_passing: bool = False  # whether the same request may be answered the next time

    def fits(self, status: int, body: ErrorBody) -> bool:
        if self.codes & body.names:
            return status < 500 or status == 529
        if status not in self.statuses:
            return False
        return self.words is not None and self.words.search(body.message) is not None


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


def _codes(names: str) -> frozenset[str]:
    return frozenset(names.split())


def _no_credit() -> ProviderFailure:
    return InsufficientQuota("the organisation's provider account has no credit left")


def _bad_key() -> ProviderFailure:
    return InvalidApiKey("the provider does not accept the organisation's API key")


def _too_long() -> ProviderFailure:
    return ProviderRejected(
        "the prompt and the question are longer than the model takes",
        fix="Shorten the prompt or the question, or choose a model with a larger context.",
    )


def _filtered() -> ProviderFailure:
    return ContentFilter("the provider's content filter stopped the request")


def _no_model() -> ProviderFailure:
    return ModelNotFound("the provider has no such model for this account")


def _wrong_kind() -> ProviderFailure:
    return ProviderRejected(
        "the model is of another kind than this function needs",
        fix="Choose a chat model for texts, and a model for speech, transcription or pictures"
        " where the function is about those.",
    )


def _no_functions() -> ProviderFailure:
    return ProviderRejected(
        "the model or its server takes no functions",
        fix="Choose a model that calls functions, or have the server started so that it allows"
        " them; this function cannot do without.",
    )


def _no_images() -> ProviderFailure:
    return ProviderRejected(
        "the model does not see images", fix="Choose a model that accepts images."
    )


def _no_grammar() -> ProviderFailure:
    return ProviderRejected(
        "the provider's server cannot hold the model to these functions or this schema",
        fix="Offer fewer functions, or simplify their parameters or the schema.",
    )


def _unverified() -> ProviderFailure:
    return ProviderRejected(
        "the provider wants the organisation verified before it may use this model",
        fix="Verify the organisation at the provider, or choose another model.",
    )


def _data_policy() -> ProviderFailure:
    return ProviderRejected(
        "nobody serves this model under the data policy of the organisation's provider account",
        fix="Change the account's privacy settings at the provider, or choose another model.",
    )


def _failed_generation() -> ProviderFailure:
    return InvalidResponse(
        "the model did not write the JSON or the function call that was asked for",
        fix="Say in the prompt what is wanted, simplify the schema, or choose a stronger model.",
    )


def _crashed() -> ProviderFailure:
    return ProviderError("the model crashed on the provider's server")


def _wrong_organisation() -> ProviderFailure:
    return ProviderRejected(
        "the provider does not know the organization or project of the settings for this key",
        fix="Correct or empty organization and project in the OpenAI settings.",
    )


def _no_permission() -> ProviderFailure:
    return ProviderRejected(
        "the organisation's key lacks a permission that the request needs",
        fix="Give the key that permission at the provider, or make a key without restrictions.",
    )


def _wrong_place() -> ProviderFailure:
    return ProviderRejected(
        "the provider does not serve this country or address",
        fix="Check with the provider whether it serves the server's country and IP address.",
    )


_REFUSALS = frozenset({400, 401, 402, 403, 404, 422, 429})
_MISSING = frozenset({400, 403, 404, 410, 422})
_UNABLE = _MISSING | {500, 501}

_MEANINGS = {
    "no credit": Meaning(
        _no_credit,
        _codes(
            "insufficient_quota credit_balance_exhausted organization_spend_limit_exceeded"
            " project_spend_limit_exceeded organization_usage_limit_exceeded insufficient_balance"
            " billing_hard_limit_reached billing_not_active insufficient_credits payment_required"
            " credit_limit"
        ),
        _REFUSALS,
        _words(
            r"""insufficient\ (balance|credit|fund|quota)|billing\ (hard\ )?limit
            |(credit|account)\ balance|out\ of\ credit|(more|enough)\ credits
            |billing\ (is\ |details\ are\ )?not\ active|account\ is\ not\ active
            |payment\ required"""
        ),
    ),
    "no functions": Meaning(
        _no_functions,
        statuses=_UNABLE,
        words=_words(
            r"""(not|n't)\ support\ (tools?|functions?)\b|support\ tool\ use
            |tool\ choice\ requires|tools\ param\ requires"""
        ),
    ),
    "no images": Meaning(
        _no_images,
        statuses=_UNABLE,
        words=_words(
            r"""(not|n't)\ support\ images?\b|image\ input\ is\ not\ supported
            |not\ an?\ (multimodal|vision)\ model|unknown\ variant\ .image_url
            |image_url\ is\ only\ supported|unsupported\ content\ part\ type\W+image_url"""
        ),
    ),
    "no grammar": Meaning(
        _no_grammar,
        statuses=_UNABLE,
        words=_words(r"failed\ to\ parse\ grammar"),
        refused="response_format",
    ),
    "data policy": Meaning(
        _data_policy, statuses=_MISSING, words=_words(r"data\ policy|guardrail\ restrictions")
    ),
    "unverified": Meaning(
        _unverified,
        statuses=frozenset({400, 403, 404}),
        words=_words(r"organization\ must\ be\ verified"),
    ),
    "failed generation": Meaning(
        _failed_generation, _codes("json_validate_failed tool_use_failed"), is_passing=True
    ),
    "crashed": Meaning(
        _crashed, statuses=_UNABLE, words=_words(r"model\ has\ crashed"), is_passing=True
    ),
    "model missing": Meaning(
        _no_model,
        _codes(
            "model_not_found deploymentnotfound model_decommissioned invalid_model model_not_exist"
            " model_not_available modelnotfound dedicated_endpoint_not_running"
        ),
        _MISSING,
        _words(
            r"""models?\b([^.]|\.\S){0,160}?\b(not\ found|(does|do)(\ not|n't)\ exist|not\ exist\b
              |(was|has\ been|is)\ (deprecated|decommissioned|retired|shut\ down|removed)
              |no\ longer\ (available|supported))
            |(no\ such|unknown|not\ a\ valid)\ model|invalid\ model(\ name|\ id)?\b
            |failed\ to\ load\ model|is\ not\ loaded|no\ endpoints\ found\ for"""
        ),
    ),
    "wrong kind": Meaning(
        _wrong_kind,
        _codes("model_not_supported operationnotsupported"),
        _MISSING,
        _words(
            r"""not\ an?\ (chat|completions?|embeddings?|speech|audio|image|vision)\ model
            |(is\ not|isn't)\ (a\ )?supported\ (model\ )?(for|in|with)\ (the\ )?/?v1/
            |does\ not\ support\ (chat|completions?|embeddings?|images?\ generation)\b
            |only\ supported\ in\ /?v1/"""
        ),
    ),
    "wrong organisation": Meaning(
        _wrong_organisation,
        _codes("invalid_organization mismatched_organization mismatched_project invalid_project"),
        frozenset({400, 401, 403, 404}),
        _words(r"no\ such\ (organization|project)|(organization|project)\ header"),
    ),
    "no permission": Meaning(
        _no_permission,
        _codes("missing_scope insufficient_permissions permission_denied_scope"),
        frozenset({401, 403}),
        _words(r"missing\ scopes?|insufficient\ permissions"),
    ),
    "wrong place": Meaning(
        _wrong_place,
        _codes("unsupported_country_region_territory ip_not_authorized"),
        frozenset({400, 403}),
        _words(r"location\ is\ not\ supported"),
    ),
    "bad key": Meaning(
        _bad_key,
        _codes("invalid_api_key api_key_invalid incorrect_api_key"),
        frozenset({400, 403}),
        _words(r"(invalid|incorrect)\ api\ key|api\ key\ (is\ )?(not\ valid|invalid|expired)"),
    ),
    "too long": Meaning(
        _too_long,
        _codes("context_length_exceeded string_above_max_length exceed_context_size_error"),
        frozenset({400, 413, 422}),
        _words(
            r"""maximum\ context\ length|context\ (length|window|size)\b[^.]{0,80}exceed
            |exceed[^.]{0,80}context\ (length|window|size)|prompt\ is\ too\ long
            |too\ many\ tokens|request\ too\ large|exceeds\ the\ maximum\ number\ of\ tokens
            |tokens.{1,30}must\ be\ <=|context\ length\b.{1,60}which\ is\ not\ enough
            |greater\ than\ the\ context\ length"""
        ),
    ),
    "filtered": Meaning(
        _filtered,
        _codes("content_filter content_policy_violation moderation_blocked"),
        frozenset({400, 403}),
        _words(r"input\ was\ flagged"),
    ),
}
"""What errors mean, the most telling first."""


class OpenAIErrorReply:
    """The error of a reply, read defensively: it may come from any server."""

    def __init__(self, reply: HttpReply) -> None:
        self.reply = reply
        self.status = reply.status
        self.body = read_error(reply)
        fitting = (name for name, one in _MEANINGS.items() if one.fits(self.status, self.body))
        self.meaning = next(fitting, None) or ("no credit" if self.status == 402 else None)

    @property
    def is_model_missing(self) -> bool:
        return self.meaning == "model missing"

    def unsupported_parameter(self) -> str | None:
        """Return the parameter that the reply reports as unsupported by the model, if any."""
        if self.meaning:
            return _MEANINGS[self.meaning].refused
        return refused_parameter(self.status, self.body)

    def should_retry(self) -> bool:
        if self.meaning:
            return _MEANINGS[self.meaning].is_passing
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
            return _MEANINGS[self.meaning].make()
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
    return _bad_key()


def _forbidden(error: OpenAIErrorReply) -> ProviderFailure:
    return ProviderRejected(
        f"the provider forbids this account the request{error.detail()}",
        fix="Check the key's permissions, its project and whether its region is supported.",
    )


def _not_found(error: OpenAIErrorReply) -> ProviderFailure:
    if error.body.param == "model":
        return _no_model()
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
