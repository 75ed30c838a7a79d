"""What fits a model, estimated high."""

from __future__ import annotations

import pytest

from webhooks.context_size import context_tokens, estimate_tokens


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        ("gpt-6-luna", 400_000),
        ("gpt-5-mini", 400_000),
        ("openai/GPT-5.5", 400_000),
        ("gpt-4.1-mini", 1_047_576),
        ("gpt-4o-mini", 128_000),
        ("gpt-4-turbo", 128_000),
        ("gpt-4-1106-preview", 128_000),
        ("gpt-4-32k", 32_768),
        ("gpt-4", 8_192),
        ("gpt-3.5-turbo", 16_385),
        ("o3-mini", 200_000),
        ("smollm2-135m-instruct", 8_192),
        ("llama-4-of-somebody", 128_000),
    ],
)
def test_families_have_sizes(model: str, tokens: int) -> None:
    assert context_tokens(model) == tokens


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("a", 1), ("word " * 3, 5), ("नमस्ते", 6), ("😀", 2)]
)
def test_three_bytes_are_a_token(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens
