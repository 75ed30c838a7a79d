"""What a model's text becomes: JSON where it is JSON, however it is fenced."""

from __future__ import annotations

from typing import Any

import pytest

from tests.endless import ends
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from webhooks.chat.answers import parse_answer


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ("```\n\n[1]\n\n```\n", [1]),
        ('```json\n{"a": 1}```', {"a": 1}),
        ('```python\n{"a": 1}\n```', '```python\n{"a": 1}\n```'),
        ('```json\n{"a": 1}', '```json\n{"a": 1}'),
        ("```", "```"),
        ("``````", "``````"),
        ("1", "1"),
    ],
)
def test_json_is_read_and_anything_else_stays_text(text: str, value: Any) -> None:
    assert parse_answer(text) == value


@pytest.mark.parametrize("unit", ["\n", "\n ", "`", "```\n", "{"])
def test_what_a_model_repeats_without_end_takes_linear_time(unit: str) -> None:
    text = "```json" + unit * 100_000 + "x"
    with ends():
        assert parse_answer(text) == text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"prompt": "Be short.", "input": "Why?"},
            [
                ("system", "Be short.\n\nAnswer with one JSON object and nothing else."),
                ("user", "Why?"),
            ],
        ),
        (
            {"input": "Why?"},
            [("system", "Answer with one JSON object and nothing else."), ("user", "Why?")],
        ),
        ({"input": "Give me Json."}, [("user", "Give me Json.")]),
    ],
)
def test_json_mode_is_told_of_json(
    service: Service, openai: FakeOpenAI, body: dict[str, Any], said: list[tuple[str, str]]
) -> None:
    service.organisation(openai)
    openai.say_json({"a": 1})
    answer = service.call("chat", {**body, "response_type": "json"})
    assert answer.json["response"] == {"a": 1}
    assert [(one["role"], one["content"]) for one in openai.last.body["messages"]] == said
