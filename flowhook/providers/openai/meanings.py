"""What errors mean, in the words of OpenAI and of the servers that speak its dialect.

Each server says the same things at another status and in other words. tests/fakes/servers has where
the words come from.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from flowhook.errors import (
    ContentFilter,
    InsufficientQuota,
    InvalidApiKey,
    InvalidResponse,
    ModelNotFound,
    ProviderError,
    ProviderFailure,
    ProviderRejected,
)
from flowhook.providers.openai.error_body import ErrorBody


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


def bad_key() -> ProviderFailure:
    return InvalidApiKey("the provider does not accept the organisation's API key")


def _too_long() -> ProviderFailure:
    return ProviderRejected(
        "the prompt and the question are longer than the model takes",
        fix="Shorten the prompt or the question, or choose a model with a larger context.",
    )


def _filtered() -> ProviderFailure:
    return ContentFilter("the provider's content filter stopped the request")


def no_model() -> ProviderFailure:
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

MEANINGS = {
    "no credit": Meaning(
        _no_credit,
        _codes(
            "insufficient_quota credit_balance_exhausted organization_spend_limit_exceeded"
            " project_spend_limit_exceeded organization_usage_limit_exceeded insufficient_balance"
            " billing_hard_limit_reached billing_not_active insufficient_credits payment_required"
            " credit_limit blocked_api_access"
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
            r"""(not|n't)\ support\ images?\b(?!\ generation)|image\ input\ is\ not\ supported
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
        no_model,
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
        bad_key,
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
        _words(r"input\ was\ flagged|prompt\ was\ flagged"),
    ),
}
"""What errors mean, the most telling first."""


def meaning_of(status: int, body: ErrorBody) -> str | None:
    """Return the name of the first meaning that fits, or None: then the status alone decides."""
    fitting = (name for name, one in MEANINGS.items() if one.fits(status, body))
    return next(fitting, None) or ("no credit" if status == 402 else None)
