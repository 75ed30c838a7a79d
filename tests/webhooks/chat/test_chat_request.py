"""The fields that all chat functions share."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from flowhook.errors import InvalidInput
from flowhook.providers.model_client import ChatRequest, JsonAnswer
from webhooks.chat.chat_request import ChatFieldsSchema, chat_request, read_schema

SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}
SAID = [{"role": "user", "content": "Why?"}]


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        (None, None),
        ("", None),
        (SCHEMA, SCHEMA),
        ({"name": "x", "schema": SCHEMA}, SCHEMA),
    ],
)
def test_a_schema_is_read_bare_or_with_its_name(value: Any, schema: Any) -> None:
    assert read_schema(value) == schema


@pytest.mark.parametrize("value", [5, [], {"name": "x"}, {"schema": "x"}, {"type": "array"}])
def test_what_is_no_schema_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput, match="schema"):
        read_schema(value)


def test_a_schema_that_is_no_json_is_named_as_that() -> None:
    with pytest.raises(ValidationError, match="Is not JSON"):
        read_schema("{type: object}")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"response_type": "structured"}, "schema"),
        ({"response_type": "text", "schema": SCHEMA}, "response_type"),
        ({"response_type": "json", "schema": SCHEMA}, "response_type"),
    ],
)
def test_a_structured_answer_and_its_schema_belong_together(
    given: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as error:
        ChatFieldsSchema().load(given)
    assert list(error.value.messages) == [field]


@pytest.mark.parametrize(
    "given", [{}, {"schema": SCHEMA}, {"response_type": "structured", "schema": SCHEMA}]
)
def test_a_schema_alone_is_enough(given: dict[str, Any]) -> None:
    assert ChatFieldsSchema().load(given)["sanitize_text"] is False


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, None),
        ({"response_type": "text"}, None),
        ({"response_type": "json"}, JsonAnswer()),
        ({"schema": SCHEMA}, JsonAnswer(SCHEMA)),
    ],
)
def test_json_is_asked_for(given: dict[str, Any], wanted: JsonAnswer | None) -> None:
    assert chat_request(given, SAID).json_answer == wanted


def test_every_field_reaches_the_request() -> None:
    data = {
        "model": "m",
        "max_tokens": 9,
        "temperature": 0.5,
        "frequency_penalty": 1,
        "presence_penalty": 2,
        "n": 3,
        "user": "u",
    }
    assert chat_request(data, SAID) == ChatRequest(
        SAID,
        model="m",
        max_tokens=9,
        temperature=0.5,
        frequency_penalty=1,
        presence_penalty=2,
        choices=3,
        user="u",
    )
