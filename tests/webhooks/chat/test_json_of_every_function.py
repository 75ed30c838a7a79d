"""Every function that asks a model for JSON takes it as models write it, without asking again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from flowhook.media.samples import IMAGE
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service

SCHEMA = {
    "type": "object",
    "properties": {"note": {"type": "string"}},
    "required": ["note"],
    "additionalProperties": False,
}
NOTE = {"note": "one\ntwo"}
FORMAT = {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}}
STRUCTURED = {"response_type": "structured", "schema": SCHEMA}

# Function, body, what the model means, and what the function then answers under which key.
ASKED: dict[str, tuple[str, dict[str, Any], Any, str, Any]] = {
    "parse json_object": (
        "parse_via_chat_gpt",
        {"question_text": "Answer as JSON.", "response_format": "json_object"},
        NOTE,
        "parsed_msg",
        NOTE,
    ),
    "parse json_schema": (
        "parse_via_chat_gpt",
        {"question_text": "Why?", "response_format": FORMAT},
        NOTE,
        "parsed_msg",
        NOTE,
    ),
    "vision": (
        "parse_via_gpt_vision",
        {"url": IMAGE, "response_format": FORMAT},
        NOTE,
        "response",
        NOTE,
    ),
    "chat json": ("chat", {"input": "Why?", "response_type": "json"}, NOTE, "response", NOTE),
    "chat structured": ("chat", {"input": "Why?", **STRUCTURED}, NOTE, "response", NOTE),
    "chat with vision": (
        "chat_with_vision",
        {"input": ["Why?", IMAGE], **STRUCTURED},
        NOTE,
        "response",
        NOTE,
    ),
    "translate": (
        "translate_entry",
        {"entry": {"a": "One", "b": "Two\nlines"}, "language": "Hindi"},
        {"1": "Ek", "2": "Do\nlines"},
        "entry",
        {"a": "Ek", "b": "Do\nlines"},
    ),
    "detect language": (
        "detect_language",
        {"text": "Aap kaise hain?"},
        {"language": "Hindi"},
        "detected_language",
        "Hindi",
    ),
}


def bare(value: Any) -> str:
    """JSON with line breaks inside its texts, as models write it."""
    return json.dumps(value, indent=1).replace("\\n", "\n")


SHAPES: dict[str, Callable[[Any], str]] = {
    "a label in capitals": lambda value: f"```JSON\n{json.dumps(value)}\n```",
    "a label on the same line": lambda value: f"```Json {json.dumps(value)}```",
    "another label": lambda value: f"```javascript\n{json.dumps(value)}\n```",
    "words around a fence": lambda value: f"Here:\n```json\n{json.dumps(value)}\n```\nMore?",
    "words around an object": lambda value: (
        f"Sure, {{name}}! {json.dumps(value)} I hope {{}} helps."
    ),
    "no closing fence": lambda value: f"```json\n{json.dumps(value)}",
    "line breaks in texts": bare,
    "line breaks in a fence": lambda value: f"```json\n{bare(value)}\n```",
    "a byte order mark": lambda value: f"\ufeff{json.dumps(value)}",
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("asked", ASKED)
def test_it_is_understood_at_once(
    service: Service, openai: FakeOpenAI, asked: str, shape: str
) -> None:
    function, body, meant, key, result = ASKED[asked]
    service.organisation(openai)
    openai.say(SHAPES[shape](meant))
    answer = service.call(function, body)
    assert (answer.status, answer.json.get(key)) == (200, result), answer.body
    assert len(openai.requests) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        '```json\n{"buttons_data": "Yes|No"}\n```',
        '{"buttons_data": "Yes\n|No"}',
        '{"buttons_data":"Yes|No"}',
    ],
)
def test_so_are_the_arguments_of_calls(
    service: Service, openai: FakeOpenAI, arguments: str
) -> None:
    service.organisation(openai)
    openai.say_tool_calls([{"name": "get_buttons", "arguments": arguments}])
    openai.say("Two.")
    body = {"input": "Which buttons?", "functions": ["get_buttons"]}
    [call] = service.call("function_calling", body).json["calls"]
    assert call["result"]["button_count"] == 2
