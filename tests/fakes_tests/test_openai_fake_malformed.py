"""Bodies no correct client sends: each a 400 in OpenAI's words, and a violation remembered."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from openai import BadRequestError, OpenAI

from tests.fakes.openai import FakeOpenAI

USER = {"role": "user", "content": "Hello"}
CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def strict(schema: dict[str, Any], name: str = "answer") -> dict[str, Any]:
    wanted = {"name": name, "schema": schema, "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": wanted}}


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = closed({"a": schema})
    return schema


def closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def said(*messages: dict[str, Any]) -> dict[str, Any]:
    return {"messages": list(messages)}


def image(url: str) -> dict[str, Any]:
    part = {"type": "image_url", "image_url": {"url": url}}
    return said({"role": "user", "content": [part]})


MALFORMED: list[tuple[dict[str, Any], str | None, str]] = [
    ({"colour": "red"}, "unknown_parameter", "Unknown parameter: 'colour'."),
    ({"messages": None}, "missing_required_parameter", "'messages'"),
    ({"messages": []}, "empty_array", "Invalid 'messages'"),
    ({"messages": "Hello"}, "invalid_type", "expected an array, but got a string"),
    ({"temperature": 2.1}, "decimal_above_max_value", "<= 2"),
    ({"temperature": -1}, "decimal_below_min_value", ">= 0"),
    ({"temperature": "0.5"}, "invalid_type", "expected a decimal, but got a string"),
    ({"temperature": True}, "invalid_type", "got a boolean"),
    ({"n": 0}, "integer_below_min_value", ">= 1"),
    ({"n": 129}, "integer_above_max_value", "<= 128"),
    ({"n": 1.5}, "invalid_type", "expected an integer"),
    ({"max_tokens": 0}, "integer_below_min_value", "max_tokens"),
    ({"max_tokens": 5, "max_completion_tokens": 5}, "invalid_parameter_combination", "same time"),
    ({"presence_penalty": 3}, "decimal_above_max_value", "presence_penalty"),
    ({"stop": ["a", "b", "c", "d", "e"]}, "array_above_max_length", "maximum length 4"),
    ({"stop": 3}, "invalid_type", "stop"),
    ({"top_logprobs": 3}, None, "'logprobs' must be true"),
    ({"safety_identifier": "a" * 65}, "string_above_max_length", "maximum length 64"),
    ({"metadata": {"a": 1}}, "invalid_type", "metadata.a"),
    ({"service_tier": "gold"}, "invalid_value", "'auto', 'default'"),
    ({"reasoning_effort": "huge"}, "invalid_value", "'none', 'minimal'"),
    ({"stream": True}, None, "in one piece"),
    (said({"role": "robot", "content": "x"}), "invalid_value", "'system', 'user'"),
    (said({"content": "x"}), "missing_required_parameter", "messages[0].role"),
    (said({"role": "user"}), "missing_required_parameter", "messages[0].content"),
    (said({"role": "user", "content": []}), "empty_array", "messages[0].content"),
    (said({"role": "user", "content": {"text": "x"}}), "invalid_type", "expected an array"),
    (said({"role": "user", "content": "x", "phone": "1"}), "unknown_parameter", "[0].phone"),
    (said({"role": "user", "content": "x", "name": "a b"}), "invalid_value", "pattern"),
    (said({"role": "assistant"}), None, "expected a string, got null"),
    (said({"role": "user", "content": [{"type": "video"}]}), "invalid_value", "'image_url'"),
    (image("data:image/png;base64,!!!"), "invalid_base64", "Invalid base64 image_url."),
    (image("data:image/png;base64,aGVsbG8="), "invalid_image_format", "unsupported image"),
    (image("data:text/plain;base64,aGVsbG8="), "invalid_value", "Invalid image URL"),
    (image("file:///etc/passwd"), "invalid_value", "Invalid image URL"),
    (
        said({"role": "system", "content": image("https://x.org")["messages"][0]["content"]}),
        "invalid_value",
        "Supported values are: 'text'.",
    ),
    (said(USER, {"role": "tool", "tool_call_id": "x", "content": "1"}), None, "role 'tool' must"),
    (said(USER, {"role": "assistant", "tool_calls": [CALL]}), None, "call_1"),
    (said(USER, {"role": "assistant", "tool_calls": [CALL]}, USER), None, "did not have response"),
    (
        said(
            {"role": "assistant", "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "call_2", "content": "1"},
        ),
        None,
        "preceeding message",
    ),
    ({"tool_choice": "auto"}, None, "only allowed when 'tools' are specified"),
    ({"tools": []}, "empty_array", "tools"),
    ({"tools": [{"type": "function", "name": "f"}]}, "unknown_parameter", "tools[0].name"),
    (
        {"tools": [{"type": "function", "function": {"name": "my function"}}]},
        "invalid_value",
        "pattern",
    ),
    (
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]},
        "invalid_function_parameters",
        'type: "object"',
    ),
    (
        {
            "tools": [{"type": "function", "function": {"name": "f"}}],
            "tool_choice": {"type": "function", "function": {"name": "g"}},
        },
        None,
        "'g' not found",
    ),
    ({"response_format": {"type": "json_object"}}, None, "must contain the word 'json'"),
    ({"response_format": {"type": "xml"}}, "invalid_value", "'json_object'"),
    (strict(closed({}), name="my answer"), "invalid_value", "pattern"),
    (strict(closed({}), name="a" * 65), "string_above_max_length", "64"),
    (strict({"type": "array", "items": {"type": "string"}}), None, "got 'type: \"array\"'"),
    (strict({"type": "object", "properties": {}}), None, "'additionalProperties' is required"),
    (strict({**closed({"a": {"type": "string"}}), "required": []}), None, "Missing 'a'"),
    (strict(closed({"a": {"type": "string", "default": "x"}})), None, "'default' is not permitted"),
    (strict(closed({"a": {}})), None, "must have a 'type' key"),
    (strict(closed({"a": {"type": "array"}})), None, "array schema missing items"),
    (strict(closed({"a": {"type": "object", "properties": {}}})), None, "('properties', 'a')"),
    (strict(nested(11)), None, "exceeds 10 levels"),
    (strict(closed({"a": {"enum": list(range(1001))}})), None, "1001 enum values"),
    (strict(closed({f"p{i}": {"type": "null"} for i in range(5001)})), None, "5001 properties"),
]


@pytest.mark.parametrize(("body", "code", "words"), MALFORMED)
def test_malformed_chat(
    client: OpenAI, openai: FakeOpenAI, body: dict[str, Any], code: str | None, words: str
) -> None:
    given: dict[str, Any] = {"model": "gpt-4o", "messages": [USER], **body}
    with pytest.raises(BadRequestError) as caught:
        client.post("/chat/completions", body=given, cast_to=dict)
    assert caught.value.code == code
    assert words in caught.value.message
    assert len(openai.violations) == 1
    assert words in openai.violations[0]
    openai.violations.clear()


def test_ten_levels_are_fine(client: OpenAI) -> None:
    body: Any = {"model": "gpt-4o", "messages": [USER], **strict(nested(10))}
    assert client.chat.completions.create(**body).choices


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"text"', b"\xff\xfe"])
def test_bodies_that_are_no_json_object(openai: FakeOpenAI, raw: bytes) -> None:
    answer = requests.post(
        f"{openai.base_url}/chat/completions",
        data=raw,
        headers={"Authorization": f"Bearer {openai.key}"},
        timeout=5,
    )
    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    assert len(openai.violations) == 1
    openai.violations.clear()


def test_unknown_paths_are_violations(openai: FakeOpenAI) -> None:
    answer = requests.post(f"{openai.base_url}/assistants", json={}, timeout=5)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "Invalid URL (POST /v1/assistants)"
    openai.violations.clear()


def test_leaving_with_a_violation_fails() -> None:
    with pytest.raises(AssertionError, match="Invalid URL"), FakeOpenAI() as fake:
        requests.get(f"{fake.base_url}/nothing", timeout=5)


def test_chunked_bodies_are_read(openai: FakeOpenAI) -> None:
    pieces = iter([b'{"model": "gpt-4o", "messages":', b' [{"role": "user", "content": "Hi"}]}'])
    answer = requests.post(
        f"{openai.base_url}/chat/completions",
        data=pieces,
        headers={"Authorization": f"Bearer {openai.key}"},
        timeout=5,
    )
    assert answer.json()["choices"][0]["message"]["content"] == "You said: Hi"
