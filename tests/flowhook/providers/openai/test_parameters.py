"""Parameters that models stop taking."""

from __future__ import annotations

import pytest

from flowhook.providers.openai.parameters import refused_with, without

BODY = {"model": "m", "temperature": 0, "top_p": 1, "max_tokens": 9, "stop": "x", "messages": []}


@pytest.mark.parametrize(
    ("parameter", "refused"),
    [
        ("temperature", ["temperature", "top_p"]),
        ("max_tokens", ["max_tokens"]),
        ("logprobs", ["temperature", "top_p"]),
        ("stop", ["stop"]),
        ("max_completion_tokens", []),
        ("seed", []),
        ("messages", []),
        ("model", []),
    ],
)
def test_what_one_refusal_tells(parameter: str, refused: list[str]) -> None:
    assert refused_with(parameter, BODY) == refused


def test_a_limit_is_renamed_and_the_rest_left_out() -> None:
    changed = without(BODY, ["max_tokens", "temperature", "seed"])
    assert changed == {
        "model": "m",
        "top_p": 1,
        "stop": "x",
        "messages": [],
        "max_completion_tokens": 9,
    }
    assert without(changed, ["max_completion_tokens"])["max_tokens"] == 9
    assert without(BODY, []) is BODY
    assert "temperature" in BODY
