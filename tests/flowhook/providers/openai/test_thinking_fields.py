"""Fields of thoughts in conversations that another server's model began."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.providers.openai.thinking_fields import can_change, wanted_field, with_field

CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
SIGNED = {**CALL, "extra_content": {"google": {"thought_signature": "its own"}}}
ASKED = {"role": "user", "content": "Why?"}


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (
            "Function call is missing a thought_signature in functionCall parts.",
            "+thought_signature",
        ),
        (
            "function call 'bash' at position 2 is missing a 'thought_signature'",
            "+thought_signature",
        ),
        (
            "The `reasoning_content` in the thinking mode must be passed back to the API.",
            "+reasoning_content",
        ),
        ("messages with tool_calls must include reasoning_content", "+reasoning_content"),
        (
            "Missing reasoning_content field in the assistant message at message index 2.",
            "+reasoning_content",
        ),
        (
            "thinking is enabled but reasoning_content is missing in assistant tool call message",
            "+reasoning_content",
        ),
        ("property 'reasoning_content' is unsupported", None),
        ("Missing required parameter: 'messages'.", None),
    ],
)
def test_servers_say_what_they_miss(message: str, field: str | None) -> None:
    assert wanted_field(message) == field


def body(**message: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [ASKED, {"role": "assistant", **message}]}


def test_only_calls_without_a_signature_get_one() -> None:
    found = with_field("+thought_signature", body(tool_calls=[CALL, SIGNED]))
    first, second = found["messages"][1]["tool_calls"]
    assert first["extra_content"] == {
        "google": {"thought_signature": "skip_thought_signature_validator"}
    }
    assert second == SIGNED
    assert found["messages"][0] == ASKED
    assert not can_change("+thought_signature", found)
    assert not can_change("+thought_signature", body(content="So."))


def test_only_answers_without_thoughts_get_some() -> None:
    found = with_field("+reasoning_content", body(content="So."))
    assert found["messages"] == [
        ASKED,
        {"role": "assistant", "content": "So.", "reasoning_content": " "},
    ]
    assert not can_change("+reasoning_content", body(reasoning_content="Hm."))


def test_thoughts_are_left_out() -> None:
    found = with_field("reasoning_content", body(content="So.", reasoning_content="Hm."))
    assert found == body(content="So.")
    assert not can_change("reasoning_content", found)


@pytest.mark.parametrize("field", ["content", "temperature", "+content"])
def test_other_fields_stay(field: str) -> None:
    assert not can_change(field, body(content="So."))
    assert not can_change(field, {"model": "m", "input": "Why?"})
