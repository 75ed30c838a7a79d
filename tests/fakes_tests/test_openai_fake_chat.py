"""Chat completions of the fake, through OpenAI's own client."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from openai import BadRequestError, OpenAI
from openai.types.chat import ChatCompletion

from tests.fakes.openai import FakeOpenAI
from tests.fakes.openai.pictures import png

MODEL = "gpt-6-luna"
HELLO: list[Any] = [{"role": "user", "content": "Hello"}]
TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
        "strict": True,
    },
}


def ask(client: OpenAI, **body: Any) -> ChatCompletion:
    given: dict[str, Any] = {"model": MODEL, "messages": HELLO, **body}
    answer: ChatCompletion = client.chat.completions.create(**given)
    return answer


def test_default_answer_is_an_echo_with_usage(client: OpenAI, openai: FakeOpenAI) -> None:
    answer = ask(client)
    assert answer.choices[0].message.content == "You said: Hello"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == MODEL
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert openai.last.heard == [("user", "Hello")]
    assert openai.last.body["messages"] == HELLO
    assert openai.asked("/chat/completions") == [openai.last]


def test_queued_answers_come_in_order_then_the_echo(client: OpenAI, openai: FakeOpenAI) -> None:
    openai.say("one", "two")
    openai.say_json({"three": 3})
    said = [ask(client).choices[0].message.content for _ in range(4)]
    assert said == ["one", "two", '{"three": 3}', "You said: Hello"]


def test_endings(client: OpenAI, openai: FakeOpenAI) -> None:
    openai.say_refusal("No.")
    openai.say_cut_off('{"a": ')
    openai.say_content_filter()
    refused, cut, filtered = (ask(client).choices[0] for _ in range(3))
    assert (refused.message.content, refused.message.refusal) == (None, "No.")
    assert (cut.message.content, cut.finish_reason) == ('{"a": ', "length")
    assert filtered.finish_reason == "content_filter"


def test_choices(client: OpenAI, openai: FakeOpenAI) -> None:
    openai.say_choices("a", "b", "c")
    answer = ask(client, n=3)
    assert [choice.message.content for choice in answer.choices] == ["a", "b", "c"]


def test_echo_stops_at_the_output_limit(client: OpenAI) -> None:
    choice = ask(client, max_completion_tokens=2).choices[0]
    assert (choice.message.content, choice.finish_reason) == ("You said", "length")


def test_say_by_reads_the_body(client: OpenAI, openai: FakeOpenAI) -> None:
    openai.say_by(lambda body: body["messages"][-1]["content"].upper())
    assert ask(client).choices[0].message.content == "HELLO"


def test_forced_tool_is_called_with_fitting_arguments(client: OpenAI) -> None:
    answer = ask(client, tools=[TOOL], tool_choice="required", reasoning_effort="none")
    calls = answer.choices[0].message.tool_calls
    assert calls is not None
    assert calls[0].type == "function"
    assert json.loads(calls[0].function.arguments) == {"city": "text"}
    assert answer.choices[0].finish_reason == "tool_calls"


def test_tool_results_go_back(client: OpenAI, openai: FakeOpenAI) -> None:
    openai.say_tool_calls([{"name": "weather", "arguments": {"city": "Pune"}, "id": "call_9"}])
    first = ask(client, tools=[TOOL], reasoning_effort="none").choices[0].message
    conversation = [
        *HELLO,
        first.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": "call_9", "content": "31 degrees"},
    ]
    answer = ask(client, messages=conversation, tools=[TOOL], reasoning_effort="none")
    assert answer.choices[0].message.content == "You said: Hello"
    assert openai.last.heard[-1] == ("tool", "31 degrees")


def test_schema_answers_fit_the_schema(client: OpenAI) -> None:
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 6},
            "age": {"type": "integer", "minimum": 18},
            "kind": {"enum": ["farmer", "weaver"]},
            "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}, "minItems": 2},
            "note": {"anyOf": [{"type": "null"}, {"type": "string"}]},
        },
        "required": ["name", "age", "kind", "tags", "note"],
        "additionalProperties": False,
        "$defs": {"tag": {"type": ["string", "null"]}},
    }
    wanted = {"name": "person", "schema": schema, "strict": True}
    answer = ask(client, response_format={"type": "json_schema", "json_schema": wanted})
    assert json.loads(answer.choices[0].message.content or "") == {
        "name": "textxx",
        "age": 18,
        "kind": "farmer",
        "tags": ["text", "text"],
        "note": None,
    }


def test_recursive_schema_ends(client: OpenAI) -> None:
    schema = {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "children": {"type": "array", "items": {"$ref": "#"}},
            "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
        },
        "required": ["title", "children", "next"],
        "additionalProperties": False,
    }
    wanted = {"name": "tree", "schema": schema, "strict": True}
    answer = ask(client, response_format={"type": "json_schema", "json_schema": wanted})
    tree = json.loads(answer.choices[0].message.content or "")
    assert tree["title"] == "text"
    assert set(tree) == {"title", "children", "next"}


def test_json_mode_answers_an_object(client: OpenAI) -> None:
    answer = ask(
        client,
        messages=[{"role": "user", "content": "Answer in JSON"}],
        response_format={"type": "json_object"},
    )
    assert json.loads(answer.choices[0].message.content or "") == {
        "answer": "You said: Answer in JSON"
    }


def test_vision_takes_links_and_real_data_urls(client: OpenAI) -> None:
    data = base64.b64encode(png(b"\x01\x02\x03")).decode()
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}},
    ]
    answer = ask(client, messages=[{"role": "user", "content": parts}])
    assert answer.choices[0].message.content == "You said: What is this?"


@pytest.mark.parametrize(
    ("model", "body", "code", "words"),
    [
        (MODEL, {"max_tokens": 5}, "unsupported_parameter", "Use 'max_completion_tokens' instead."),
        ("o3", {"max_tokens": 5}, "unsupported_parameter", "'max_tokens' is not supported"),
        (MODEL, {"temperature": 0.2}, "unsupported_value", "'temperature' does not support 0.2"),
        ("gpt-5-mini", {"top_p": 0.5}, "unsupported_value", "Only the default (1)"),
        ("o3", {"presence_penalty": 1}, "unsupported_value", "Only the default (0)"),
        (MODEL, {"logprobs": True}, "unsupported_value", "'logprobs' does not support true"),
        ("o3", {"stop": "x"}, "unsupported_parameter", "'stop' is not supported"),
        ("gpt-5", {"reasoning_effort": "none"}, "unsupported_value", "'minimal', 'low'"),
        ("gpt-6.1-sol", {"reasoning_effort": "none"}, "unsupported_value", "does not support"),
        ("gpt-4o", {"reasoning_effort": "low"}, "unsupported_parameter", "reasoning_effort"),
        ("gpt-4o", {"verbosity": "low"}, "unsupported_value", "'medium'"),
        ("gpt-4o", {"max_tokens": 20_000}, "invalid_value", "at most 16384 completion tokens"),
        (MODEL, {"tools": [TOOL]}, None, "set reasoning_effort to 'none'"),
        ("gpt-5.4", {"tools": [TOOL], "reasoning_effort": "low"}, None, "/v1/responses instead"),
    ],
)
def test_models_refuse_what_they_do_not_take(
    client: OpenAI, openai: FakeOpenAI, model: str, body: dict[str, Any], code: str, words: str
) -> None:
    with pytest.raises(BadRequestError) as caught:
        ask(client, model=model, **body)
    assert caught.value.code == code
    assert words in caught.value.message
    assert caught.value.type == "invalid_request_error"
    assert openai.violations == []


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (MODEL, {"temperature": 0.2, "reasoning_effort": "none"}),
        (MODEL, {"temperature": 1, "top_p": 1, "max_completion_tokens": 9}),
        ("gpt-5.1", {"temperature": 0.2}),
        ("gpt-4o", {"temperature": 2, "max_tokens": 5, "stop": ["a", "b"], "logprobs": True}),
        ("gpt-4o", {"tools": [TOOL], "parallel_tool_calls": False, "tool_choice": "auto"}),
        ("gpt-5.4", {"tools": [TOOL]}),
        (MODEL, {"service_tier": "flex", "seed": 3, "verbosity": "low", "store": False}),
        (MODEL, {"user": "u", "safety_identifier": "a" * 64, "metadata": {"flow": "1"}}),
    ],
)
def test_models_take_what_they_take(client: OpenAI, model: str, body: dict[str, Any]) -> None:
    assert ask(client, model=model, **body).choices


def test_one_complaint_an_answer(client: OpenAI) -> None:
    body: dict[str, Any] = {"max_tokens": 5, "temperature": 0, "top_p": 0.1}
    refused = []
    while True:
        try:
            ask(client, **body)
        except BadRequestError as error:
            refused.append(error.param)
            del body[str(error.param)]
        else:
            break
    assert refused == ["max_tokens", "temperature", "top_p"]


def test_too_long_for_the_model(client: OpenAI, openai: FakeOpenAI) -> None:
    with pytest.raises(BadRequestError) as caught:
        ask(client, model="gpt-4o", messages=[{"role": "user", "content": "a" * 600_000}])
    assert caught.value.code == "context_length_exceeded"
    assert caught.value.param == "messages"
