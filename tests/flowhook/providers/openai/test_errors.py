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
        (422, "model_not_found", errors.ModelNotFound),
        (429, "odd", errors.ProviderRateLimited),
        (429, "insufficient_quota", errors.InsufficientQuota),
        (400, "insufficient_quota", errors.InsufficientQuota),
        (402, "odd", errors.InsufficientQuota),
        (403, "ip_not_authorized", errors.ProviderRejected),
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
        ({"code": "unsupported_value", "param": "reasoning.effort"}, "reasoning_effort"),
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
    assert read(429, **error).unsupported_parameter() is None
    raised = read(400, **error).as_exception()
    assert isinstance(raised, Unsupported) is (parameter is not None)


@pytest.mark.parametrize(
    ("status", "body", "parameter"),
    [
        (
            422,
            {
                "detail": [
                    {
                        "type": "extra_forbidden",
                        "loc": ["body", "max_completion_tokens"],
                        "msg": "Extra inputs are not permitted",
                    }
                ]
            },
            "max_completion_tokens",
        ),
        (
            422,
            {
                "object": "error",
                "message": {
                    "detail": [
                        {"type": "extra_forbidden", "loc": ["body", "max_completion_tokens"]}
                    ]
                },
            },
            "max_completion_tokens",
        ),
        (
            400,
            {
                "object": "error",
                "code": 400,
                "message": "[{'type': 'extra_forbidden', 'loc':"
                " ('body', 'max_completion_tokens'), 'msg': 'Extra inputs are not permitted'}]",
            },
            "max_completion_tokens",
        ),
        (
            422,
            {
                "detail": [
                    {"type": "extra_forbidden", "loc": ["body", "tools", 0, "function", "strict"]}
                ]
            },
            "strict",
        ),
        (
            400,
            {
                "error": {
                    "message": "Language 'or' is not supported.",
                    "param": "language",
                    "code": "unsupported_language",
                }
            },
            "language",
        ),
        (400, {"error": {"message": "Unsupported language: 'or'"}}, "language"),
        (400, {"error": {"message": "'n' : number must be at most 1"}}, "n"),
        (
            400,
            {"error": {"message": "response_format must be one of [wav]", "type": "x"}},
            "response_format",
        ),
        (
            400,
            {"error": "This response_format type is unavailable, not supported"},
            "response_format",
        ),
        (
            400,
            [
                {
                    "error": {
                        "code": 400,
                        "message": 'Unknown name "seed": Cannot find field.',
                        "status": "INVALID_ARGUMENT",
                    }
                }
            ],
            "seed",
        ),
        (400, {"error": {"message": "the weather is not supported"}}, None),
    ],
)
def test_servers_say_in_many_ways_that_they_do_not_take_it(
    status: int, body: Any, parameter: str | None
) -> None:
    assert OpenAIErrorReply(reply(body, status)).unsupported_parameter() == parameter


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (
            402,
            {"error": {"message": "Insufficient Balance", "type": "unknown_error"}},
            errors.InsufficientQuota,
            "no credit",
        ),
        (
            429,
            {
                "error": {
                    "message": "Your account is not active, please check your billing",
                    "code": "billing_not_active",
                }
            },
            errors.InsufficientQuota,
            "no credit",
        ),
        (
            400,
            {
                "error": {
                    "message": "Billing hard limit has been reached",
                    "code": "billing_hard_limit_reached",
                }
            },
            errors.InsufficientQuota,
            "no credit",
        ),
        (
            401,
            {
                "error": {
                    "message": "No such organization: org-x",
                    "code": "invalid_organization",
                    "param": None,
                }
            },
            errors.ProviderRejected,
            "organization or project",
        ),
        (
            401,
            {
                "error": {
                    "message": "You have insufficient permissions for this operation."
                    " Missing scopes: model.request"
                }
            },
            errors.ProviderRejected,
            "permission",
        ),
        (
            400,
            [
                {
                    "error": {
                        "code": 400,
                        "message": "API key not valid.",
                        "details": [{"reason": "API_KEY_INVALID"}],
                    }
                }
            ],
            errors.InvalidApiKey,
            "key",
        ),
        (404, {"error": "model 'x' not found"}, errors.ModelNotFound, "no such model"),
        (
            404,
            {
                "object": "error",
                "message": "The model `x` does not exist.",
                "type": "NotFoundError",
                "param": None,
                "code": 404,
            },
            errors.ModelNotFound,
            "model",
        ),
        (
            400,
            {"error": {"message": "x is not a valid model ID", "code": 400}},
            errors.ModelNotFound,
            "no such model",
        ),
        (
            400,
            {"error": {"message": "Model Not Exist", "type": "invalid_request_error"}},
            errors.ModelNotFound,
            "no such model",
        ),
        (
            400,
            {
                "error": {
                    "message": "The model `x` has been decommissioned and is no longer supported.",
                    "code": "model_decommissioned",
                }
            },
            errors.ModelNotFound,
            "no such model",
        ),
        (
            403,
            {
                "error": {
                    "message": "Project `p` does not have access to model `x`",
                    "code": "model_not_found",
                }
            },
            errors.ModelNotFound,
            "no such model",
        ),
        (
            404,
            {
                "error": {
                    "message": "This is not a chat model and thus not supported in the"
                    " v1/chat/completions endpoint.",
                    "param": "model",
                }
            },
            errors.ProviderRejected,
            "another kind",
        ),
        (
            400,
            {"error": {"message": "The model x does not support image generation."}},
            errors.ProviderRejected,
            "another kind",
        ),
        (
            400,
            {"error": {"message": "'x' isn't a supported model for /v1/audio/speech"}},
            errors.ProviderRejected,
            "another kind",
        ),
        (
            400,
            {"error": {"message": "This model's maximum context length is 8192 tokens."}},
            errors.ProviderRejected,
            "longer than",
        ),
        (404, {"detail": "Not Found"}, errors.ProviderRejected, "nothing at this address"),
        (
            404,
            {"error": {"message": "Not found", "param": "model"}},
            errors.ModelNotFound,
            "no such model",
        ),
    ],
)
def test_servers_say_the_same_in_many_words(
    status: int, body: Any, kind: type[Exception], words: str
) -> None:
    found = OpenAIErrorReply(reply(body, status))
    assert type(found.as_error()) is kind
    assert words in found.as_error().message
    assert not found.should_retry()
    assert not isinstance(found.as_exception(), Unsupported)


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
    assert (error.body.code, error.body.type, error.body.param) == (None, None, None)
    assert error.as_error().message == "the provider failed with HTTP 502"
