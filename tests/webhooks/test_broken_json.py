"""A field whose text begins as JSON and is none is named as that."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service

BROKEN = '{"a": "he said "hi""}'  # as a builder puts words with quotes into a body

FIELDS = [
    ("chat", "messages", {}),
    ("chat", "schema", {"input": "Why?", "response_type": "structured"}),
    ("chat_with_vision", "messages", {}),
    ("function_calling", "functions", {"input": "Why?"}),
    ("function_calling", "messages", {"functions": "get_buttons"}),
    ("function_calling_response", "function_calling_response", {"sub_automation_response": "x"}),
    ("parse_via_chat_gpt", "response_format", {"question_text": "Why?"}),
    ("translate_entry", "entry", {"language": "Hindi"}),
    ("translate_entry", "content_type_schema", {"entry": {"a": "One"}, "language": "Hindi"}),
]


@pytest.mark.parametrize(("function", "field", "more"), FIELDS)
def test_it_is_called_no_json(
    service: Service, openai: FakeOpenAI, function: str, field: str, more: dict[str, Any]
) -> None:
    service.organisation(openai)
    answer = service.call(function, {field: BROKEN, **more})
    assert (answer.status, answer.error["type"]) == (400, "invalid_input")
    assert "not JSON" in answer.error["fields"][field][0]
    assert openai.requests == []


def test_what_may_be_any_text_may_begin_like_json(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    body = {"function_calling_response": {"calls": [{"name": "a", "arguments": {}}]}}
    answer = service.call("function_calling_response", {**body, "sub_automation_response": BROKEN})
    assert answer.status == 200
    assert openai.last.body["messages"][-1]["content"] == BROKEN
