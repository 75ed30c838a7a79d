"""JSON replies of providers: an object, and what it tells of tokens and models."""

from __future__ import annotations

from typing import Any

import orjson

from flowhook.errors import InvalidResponse
from flowhook.providers.model_client import Usage


def read_object(body: bytes) -> dict[str, Any]:
    """Read a JSON object; raises InvalidResponse."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise InvalidResponse("the provider's answer is not JSON") from None
    if not isinstance(answer, dict):
        raise InvalidResponse("the provider's answer is not a JSON object")
    return answer


def read_usage(usage: Any) -> Usage:
    """Read tokens in and out under either pair of names that OpenAI uses; absent is 0."""
    if not isinstance(usage, dict):
        return Usage()
    return Usage(
        input_tokens=_count(usage.get("prompt_tokens", usage.get("input_tokens"))),
        output_tokens=_count(usage.get("completion_tokens", usage.get("output_tokens"))),
    )


def read_model(answer: dict[str, Any]) -> str | None:
    """Read which model answered, where that is told."""
    model = answer.get("model")
    return model if isinstance(model, str) and model else None


def _count(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < 10**12 else 0
