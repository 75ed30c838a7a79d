"""The webhook function function_calling_response through the front door."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service

CALL = {"name": "order_status", "arguments": {"order": "A17"}}
TOOL_CALL = {
    "id": "call_a",
    "type": "function",
    "function": {"name": "order_status", "arguments": '{"order": "A17"}'},
}
MESSAGE = {"role": "assistant", "content": None, "tool_calls": [TOOL_CALL]}
USER = {"role": "user", "content": "Where is A17?"}


def finish(service: Service, returned: Any, result: Any, **more: Any) -> Any:
    body = {"function_calling_response": returned, "sub_automation_response": result, **more}
    return service.call("function_calling_response", body)


@pytest.fixture
def calling(service: Service, openai: FakeOpenAI) -> Service:
    service.organisation(openai, system_prompt="You are Asha.")
    return service


@pytest.mark.parametrize(
    "returned",
    [
        {"response": "N/A", "calls": [{"id": "call_a", **CALL}], "messages": [USER, MESSAGE]},
        {"messages": {"0": USER, "1": {**MESSAGE, "tool_calls": {"0": TOOL_CALL}}}},
        {"calls": [CALL]},
        {"calls": CALL},
        [CALL],
        CALL,
        MESSAGE,
        {"choices": [{"message": MESSAGE}]},
        {"function_call": {"name": "order_status", "arguments": '{"order": "A17"}'}},
    ],
)
@pytest.mark.parametrize("as_text", [False, True])
def test_every_shape_of_a_call_is_finished(
    calling: Service, openai: FakeOpenAI, returned: Any, as_text: bool
) -> None:
    openai.say("It is *moving*.")
    given = json.dumps(returned) if as_text else returned
    more = {"max_tokens": 50, "temperature": 1, "sanitize_text": True, "model": "gpt-4.1"}
    answer = finish(calling, given, {"status": "moving"}, **more)
    assert answer.json == {"success": True, "response": "It is moving."}
    said = openai.last.body["messages"]
    assert [message["role"] for message in said] == ["system", "user", "assistant", "tool"]
    function = said[2]["tool_calls"][0]["function"]
    assert function["name"] == "order_status"
    assert json.loads(function["arguments"]) == {"order": "A17"}
    assert json.loads(said[3]["content"]) == {"status": "moving"}


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (["first", {"b": 2}], ["first", '{"b":2}']),
        ({"0": "first", "1": "second"}, ["first", "second"]),
        ({"one": "first", "two": "second"}, ["first", "second"]),
        ({"id_2": "second", "one": "first"}, ["first", "second"]),
        ("first", ["first", "There is no result for this call."]),
    ],
)
def test_several_results_find_their_calls(
    calling: Service, openai: FakeOpenAI, result: Any, expected: list[str]
) -> None:
    calls = [
        {"id": "id_1", "name": "one", "arguments": {}},
        {"id": "id_2", "name": "two", "arguments": ""},
    ]
    openai.say("Done.")
    assert finish(calling, {"calls": calls}, result).status == 200
    assert [message["content"] for message in openai.last.body["messages"][-2:]] == expected


def test_a_result_in_words_stays_as_it_is(calling: Service, openai: FakeOpenAI) -> None:
    assert finish(calling, CALL, "on its way").status == 200
    assert openai.last.body["messages"][-1]["content"] == "on its way"


@pytest.mark.parametrize(
    ("returned", "result", "type_", "field"),
    [
        (None, "x", "empty_input", "function_calling_response"),
        ("", "x", "empty_input", "function_calling_response"),
        ("@results.fc", "x", "unresolved_variable", "function_calling_response"),
        ({"response": "Hello"}, "x", "invalid_input", "function_calling_response"),
        ("just words", "x", "invalid_input", "function_calling_response"),
        ({"messages": [USER]}, "x", "invalid_input", "function_calling_response"),
        ({"messages": ["x"]}, "x", "invalid_input", "function_calling_response"),
        (
            {"messages": [{"role": "tool", "tool_call_id": "z", "content": "x"}, MESSAGE]},
            "x",
            "invalid_input",
            "function_calling_response",
        ),
        ({"messages": [MESSAGE, USER, MESSAGE]}, "x", "invalid_input", "function_calling_response"),
        (CALL, None, "empty_input", "sub_automation_response"),
        (CALL, " ", "empty_input", "sub_automation_response"),
        (CALL, "@results.sub", "unresolved_variable", "sub_automation_response"),
    ],
)
def test_what_is_wrong_is_refused_by_name(
    calling: Service, openai: FakeOpenAI, returned: Any, result: Any, type_: str, field: str
) -> None:
    answer = finish(calling, returned, result)
    assert (answer.status, answer.error["type"]) == (400, type_)
    assert list(answer.error["fields"]) == [field]
    assert openai.requests == []


def test_a_refusal_is_refused(calling: Service, openai: FakeOpenAI) -> None:
    openai.say_refusal()
    assert finish(calling, CALL, "x").error["type"] == "refused"
