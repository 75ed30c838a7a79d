"""parse_via_chat_gpt's response_format, checked on our side too."""

from __future__ import annotations

from typing import Any

import pytest

from demo.local_model import LocalModel
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.fixtures_model import LOCAL_MODEL_KEY

STRICT = {
    "type": "object",
    "properties": {"name": {"type": "string"}},
    "required": ["name"],
    "additionalProperties": False,
}
LENIENT = {"type": "object", "properties": {"name": {"type": "string", "minLength": 2}}}


def format_of(schema: Any, **more: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "person", "schema": schema, **more}}


def ask(service: Service, response_format: Any, **more: Any) -> Any:
    body = {"question_text": "Who?", "response_format": response_format, **more}
    return service.call("parse_via_chat_gpt", body)


@pytest.fixture
def asking(service: Service, openai: FakeOpenAI) -> Service:
    service.organisation(openai)
    return service


@pytest.mark.parametrize(
    ("schema", "more", "strict"),
    [
        (STRICT, {}, True),
        (STRICT, {"strict": False}, False),
        (LENIENT, {}, False),
        (LENIENT, {"strict": False}, False),
    ],
)
def test_schemas_are_strict_where_they_can_be(
    asking: Service, openai: FakeOpenAI, schema: Any, more: Any, strict: bool
) -> None:
    openai.say_json({"name": "Asha"})
    assert ask(asking, format_of(schema, **more)).json["parsed_msg"] == {"name": "Asha"}
    assert openai.last.body["response_format"]["json_schema"]["strict"] is strict


def test_a_wrong_answer_is_corrected_once_then_invalid(asking: Service, openai: FakeOpenAI) -> None:
    openai.say_json({"name": "A"})
    openai.say_json({"name": "Asha"})
    assert ask(asking, format_of(LENIENT)).json["parsed_msg"] == {"name": "Asha"}
    openai.say("[1]", "[1]")
    assert ask(asking, format_of(LENIENT)).error["type"] == "invalid_response"
    assert len(openai.requests) == 4
    openai.say_cut_off('{"name"')
    assert ask(asking, "json_object").error["type"] == "truncated"
    openai.say_refusal()
    assert ask(asking, "json_object").error["type"] == "refused"
    assert len(openai.requests) == 6


def test_json_mode_says_the_word_itself(asking: Service, openai: FakeOpenAI) -> None:
    openai.say("```json\n{}\n```")
    assert ask(asking, "json_object", prompt="Be brief.").json["parsed_msg"] == {}
    assert openai.last.body["messages"][0]["content"].startswith("Be brief.\n\n")
    assert ask(asking, {"type": "json_object"}).status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        "yaml",
        {"type": "json_schema"},
        format_of(LENIENT, strict=True),
        format_of({"type": "object", "allOf": [STRICT]}),
        format_of({"type": "object", "properties": {"a": {"$ref": "https://example.org/x"}}}),
        format_of({"type": "object", "properties": {"a": {"type": "text"}}}, strict=False),
        format_of(STRICT, name="no spaces"),
        format_of(STRICT, colour="red"),
    ],
)
def test_what_cannot_be_checked_is_refused(asking: Service, openai: FakeOpenAI, wrong: Any) -> None:
    answer = ask(asking, wrong)
    assert (answer.status, list(answer.error["fields"])) == (400, ["response_format"])
    assert openai.requests == []


def test_the_local_model_keeps_to_a_schema(service: Service, local_model: LocalModel) -> None:
    service.organisation(
        api_key=LOCAL_MODEL_KEY, base_url=local_model.base_url, default_model=local_model.model
    )
    schema = {**STRICT, "properties": {"name": {"enum": ["Asha", "Ravi"]}}}
    answer = ask(service, format_of(schema), max_tokens=50)
    assert answer.json["parsed_msg"]["name"] in ("Asha", "Ravi")
