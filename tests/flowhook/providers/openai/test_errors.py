"""What an error reply of OpenAI means."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook import errors
from flowhook.providers.dialect import Unsupported
from flowhook.providers.openai.errors import OpenAIErrorReply
from flowhook.providers.transport import HttpReply
from tests.flowhook.providers.openai.replies import reply


def read(status: int, headers: dict[str, str] | None = None, **error: Any) -> OpenAIErrorReply:
    return OpenAIErrorReply(reply({"error": error}, status, **(headers or {})))


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "odd", errors.ProviderRejected),
        (400, "context_length_exceeded", errors.ProviderRejected),
        (400, "content_filter", errors.ContentFilter),
        (400, "model_not_found", errors.ModelNotFound),
        (401, "odd", errors.InvalidApiKey),
        (403, "odd", errors.ProviderRejected),
        (404, "model_not_found", errors.ModelNotFound),
        (404, "odd", errors.ProviderRejected),
        (408, "odd", errors.ProviderTimeout),
        (409, "odd", errors.ProviderError),
        (418, "odd", errors.ProviderRejected),
        (422, "content_filter", errors.ContentFilter),
        (422, "model_not_found", errors.ProviderRejected),
        (429, "odd", errors.ProviderRateLimited),
        (429, "insufficient_quota", errors.InsufficientQuota),
        (400, "insufficient_quota", errors.ProviderRejected),
        (500, "odd", errors.ProviderError),
        (302, "odd", errors.InvalidResponse),
        (399, "odd", errors.InvalidResponse),
    ],
)
def test_a_status_and_a_code_have_a_meaning(status: int, code: str, kind: type[Exception]) -> None:
    assert type(read(status, code=code).as_error()) is kind


def test_the_type_may_say_that_there_is_no_credit() -> None:
    assert type(read(429, type="insufficient_quota").as_error()) is errors.InsufficientQuota


@pytest.mark.parametrize(
    ("status", "headers", "code", "again"),
    [
        (408, {}, "", True),
        (409, {}, "", True),
        (429, {}, "", True),
        (500, {}, "", True),
        (499, {}, "", False),
        (400, {}, "", False),
        (429, {}, "insufficient_quota", False),
        (400, {"x_should_retry": "true"}, "", True),
        (500, {"x_should_retry": "false"}, "", False),
        (500, {"x_should_retry": "perhaps"}, "", True),
        (429, {"x_should_retry": "true"}, "insufficient_quota", False),
    ],
)
def test_whether_asking_again_can_help(
    status: int, headers: dict[str, str], code: str, again: bool
) -> None:
    assert read(status, headers, code=code).should_retry() is again


@pytest.mark.parametrize(
    ("error", "parameter"),
    [
        ({"code": "unsupported_parameter", "param": "stop"}, "stop"),
        ({"code": "unsupported_value", "param": "reasoning.effort"}, "reasoning"),
        ({"code": "unknown_parameter", "message": "Unknown 'seed'."}, "seed"),
        ({"message": "Unsupported value: 'temperature' does not support 0"}, "temperature"),
        ({"message": "Unrecognized request argument supplied: top_p"}, "top_p"),
        ({"message": "Unsupported parameter"}, None),
        ({"message": "'stop' is odd", "param": "stop"}, None),
        ({"message": "a" * 2_000 + "not supported with this", "param": "stop"}, None),
        ({}, None),
    ],
)
def test_a_parameter_that_the_model_does_not_take_is_named(
    error: dict[str, Any], parameter: str | None
) -> None:
    assert read(400, **error).unsupported_parameter() == parameter
    assert read(404, **error).unsupported_parameter() is None
    raised = read(400, **error).as_exception()
    assert isinstance(raised, Unsupported) is (parameter is not None)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "7"}, 7.0),
        ({"retry_after_ms": "1500"}, 1.5),
        ({"retry_after": "9999"}, 120.0),
        ({}, 1.0),
    ],
)
def test_a_rate_limit_says_how_long(headers: dict[str, str], seconds: float) -> None:
    error = read(429, headers).as_error()
    assert error.retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        ({"code": "a", "type": "b", "param": "c.d[0]"}, " (a, c.d[0])"),
        ({"type": "b"}, " (b)"),
        ({"code": "Why is the sky blue?", "param": "sk-secret"}, ""),
        ({}, ""),
    ],
)
def test_only_plain_identifiers_are_told(error: dict[str, Any], detail: str) -> None:
    assert read(400, **error).detail() == detail


@pytest.mark.parametrize("body", [b"<html>", b"", b"[]", b'{"error": "text"}', b"null"])
def test_any_server_may_have_written_it(body: bytes) -> None:
    error = OpenAIErrorReply(HttpReply(502, {}, body))
    assert (error.code, error.type, error.param) == (None, None, None)
    assert error.as_error().message == "the provider failed with HTTP 502"
