"""Finds the error that some servers put inside a reply of status 200.

OpenRouter answers an upstream's failure so, at the top or within a choice, OpenAI's own Responses
API a response that failed, and its Realtime API all that goes wrong on an open WebSocket. Such a
reply is read as if it had come with the status that the error names, so retries, circuit, fallbacks
and messages are those of any error.

Source: openrouter.ai/docs/api-reference/errors; github.com/UKGovernmentBEIS/inspect_ai/issues/1534.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from flowhook.providers.openai.chat import BROKEN_OFF, failure_of
from flowhook.providers.openai.error_body import ErrorBody, read_error_value
from flowhook.providers.transport import HttpReply

# The most telling name first: an error of the Realtime API has a type beside its code.
_STATUSES = {
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "content_filter": 400,
    "vector_store_timeout": 408,
    "invalid_request_error": 400,
}
_NO_ENDPOINT = re.compile(r"Unexpected endpoint or method")  # LM Studio, in a success
_SIGNS = re.compile(rb'"(?:error|abort|network_error|insufficient_system_resource)"')
DEFAULT_STATUS = 502


def with_true_status(reply: HttpReply) -> HttpReply:
    """Return the reply under the status of the error inside it; without one, as it is."""
    if not _SIGNS.search(reply.body):
        return reply
    error = _error_in(reply.find_json())
    read = read_error_value(error)
    if not read.is_given:
        return reply
    return HttpReply(_status_of(read), reply.headers, orjson.dumps({"error": error}))


def _error_in(answer: Any) -> Any:
    if not isinstance(answer, dict):
        return None
    if answer.get("error") or answer.get("status") == "failed":
        return answer.get("error") or BROKEN_OFF
    choices = answer.get("choices")
    failures = [failure_of(choice) for choice in choices] if isinstance(choices, list) else []
    return failures[0] if failures and all(failures) else None


def _status_of(error: ErrorBody) -> int:
    if error.number is not None and error.number >= 400:
        return error.number
    if _NO_ENDPOINT.match(error.message):
        return 404
    known = (status for name, status in _STATUSES.items() if name in error.names)
    return next(known, DEFAULT_STATUS)
