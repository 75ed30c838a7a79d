"""A chat in which the model calls tools."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import redis

from flowhook.errors import FlowhookError
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import Outcome, failed
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.webhooks.contexts import context_factory, organisation
from webhooks.context import Context, Tool
from webhooks.functions.function_calling import function_calling
from webhooks.tools.tool_calls import ToolCall, called, read_arguments, tool_message

BUTTONS = {"name": "get_buttons", "arguments": {"buttons_data": "Yes|No"}}
DEEP = "[" * 600 + "]" * 600
BODY = {"input": "Which buttons?", "functions": ["get_buttons"]}


@pytest.mark.parametrize(
    ("call", "type_"),
    [
        ({"name": "get_buttons", "arguments": "{not json"}, "invalid_json"),
        ({"name": "get_buttons", "arguments": "[1]"}, "invalid_json"),
        ({"name": "get_buttons", "arguments": f'{{"a": {DEEP}}}'}, "invalid_json"),
        ({"name": "get_buttons", "arguments": {}}, "empty_input"),
        ({"name": "get_buttons", "arguments": {"buttons_data": ""}}, "empty_input"),
        ({"name": "get_buttons", "arguments": {"buttons_data": "a", "x": 1}}, "invalid_input"),
        ({"name": "moderate", "arguments": {"text": "hi"}}, "not_found"),
        ({"name": "function_calling", "arguments": BODY}, "not_found"),
    ],
)
def test_what_the_model_gets_wrong_is_told_to_the_model(
    calling: Service, openai: FakeOpenAI, call: dict[str, Any], type_: str
) -> None:
    openai.say_tool_calls([call])
    openai.say("Sorry.")
    answer = calling.call("function_calling", BODY)
    assert answer.json["response"] == "Sorry."
    [made] = answer.json["calls"]
    assert made["result"]["error"]["type"] == type_
    told = json.loads(openai.last.body["messages"][-1]["content"])
    assert told["error"]["type"] == type_


def test_ten_rounds_are_the_most(calling: Service, openai: FakeOpenAI) -> None:
    for _ in range(10):
        openai.say_tool_calls([BUTTONS])
    openai.say("Enough.")
    answer = calling.call("function_calling", BODY)
    assert answer.json["response"] == "Enough."
    assert len(answer.json["calls"]) == 10
    choices = [asked.body["tool_choice"] for asked in openai.asked("/chat/completions")]
    assert choices == ["auto"] * 10 + ["none"]
    for _ in range(11):
        openai.say_tool_calls([BUTTONS])
    assert calling.call("function_calling", BODY).error["type"] == "invalid_response"


def test_more_calls_at_once_than_are_run_get_an_error(calling: Service, openai: FakeOpenAI) -> None:
    openai.say_tool_calls([BUTTONS] * 20)
    openai.say("Done.")
    calls = calling.call("function_calling", BODY).json["calls"]
    assert [call["result"]["success"] for call in calls] == [True] * 16 + [False] * 4


class ItselfAsATool:
    """A ToolSource whose one tool leads back to function_calling, as a flow might."""

    def find(self, name: str, organisation: Organisation) -> Tool | None:
        parameters = {
            "type": "object",
            "properties": {},
            "required": [],
            "additionalProperties": False,
        }
        return Tool(name, "Again.", parameters, self.run)

    def names(self, organisation: Organisation) -> list[str]:
        return []

    def run(self, arguments: Mapping[str, Any], context: Context) -> Outcome:
        try:
            return Outcome(200, again(context), "response")
        except FlowhookError as error:
            return failed(error, context.request_id, "response")


def again(context: Context) -> dict[str, Any]:
    return function_calling({"input": "Again!", "functions": ["again"], "run": True}, context)


def test_a_function_cannot_call_functions_without_bound(
    openai: FakeOpenAI, fake_redis: redis.Redis
) -> None:
    contexts = context_factory(fake_redis)
    contexts.add_tools(ItselfAsATool())
    openai.say_tool_calls([{"name": "again", "arguments": {}}])
    openai.say("I could not.")
    answer = again(contexts.open(organisation(openai), "r1", "function_calling"))
    assert answer["response"] == "I could not."
    assert answer["calls"][0]["result"]["error"]["type"] == "invalid_input"
    assert len(openai.requests) == 2


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('{"a": 1}', {"a": 1}),
        ("[1]", [1]),
        ({"a": 1}, {"a": 1}),
        ("", {}),
        (" ", {}),
        (None, {}),
        (5, {}),
        ("{not json", "{not json"),
        (DEEP, DEEP),
        ("\ud800", "\ud800"),
    ],
)
def test_arguments_are_read(written: Any, read: Any) -> None:
    assert read_arguments(written) == read


def test_calls_are_written_back() -> None:
    calls = [ToolCall("1", "a", {"x": 1}), ToolCall("2", "b", ""), ToolCall("3", "c", "{broken")]
    message = called("Let me see.", calls)
    assert (message["role"], message["content"]) == ("assistant", "Let me see.")
    assert [call["function"]["arguments"] for call in message["tool_calls"]] == [
        '{"x":1}',
        "{}",
        "{broken",
    ]
    assert "content" not in called("", calls)


def test_a_result_is_told_up_to_its_20_000th_character() -> None:
    assert tool_message("1", {"a": 1})["content"] == '{"a":1}'
    assert tool_message("1", "a" * 20_001)["content"] == "a" * 20_000


def test_a_flow_sees_the_id_where_the_result_is_owed() -> None:
    call = ToolCall("1", "a", {})
    assert call.as_dict() == {"id": "1", "name": "a", "arguments": {}}
    done = ToolCall("1", "a", {}, {"success": True})
    assert done.as_dict() == {"name": "a", "arguments": {}, "result": {"success": True}}
