"""The webhook function function_calling through the front door."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from webhooks.registry import load_functions
from webhooks.tools.tool_calls import RESULTS_ARE_DATA

BUTTONS = {"name": "get_buttons", "arguments": {"buttons_data": "Yes|No"}}
ORDER = {
    "type": "function",
    "function": {
        "name": "order_status",
        "description": "Where an order is.",
        "parameters": {"type": "object", "properties": {"order": {"type": "string"}}},
    },
}
BODY = {"input": "Which buttons?", "functions": ["get_buttons"]}


@pytest.fixture
def calling(service: Service, openai: FakeOpenAI) -> Service:
    service.organisation(openai)
    return service


def test_a_prompt_alone_is_what_is_asked(calling: Service, openai: FakeOpenAI) -> None:
    body = {"functions": ["get_buttons"], "prompt": "Which buttons are in Yes|No?"}
    assert calling.call("function_calling", body).status == 200
    assert openai.last.body["messages"] == [{"role": "user", "content": body["prompt"]}]
    answer = calling.call("function_calling", {**body, "input": " "})
    assert (answer.status, answer.error["type"]) == (400, "empty_input")


def test_the_service_runs_what_the_model_asks_for(calling: Service, openai: FakeOpenAI) -> None:
    openai.say_tool_calls([BUTTONS])
    openai.say("There are *two*.")
    answer = calling.call("function_calling", {**BODY, "sanitize_text": True, "max_tokens": 100})
    assert answer.json == {
        "success": True,
        "response": "There are two.",
        "calls": [
            {
                **BUTTONS,
                "result": {
                    "success": True,
                    "buttons": {"button_1": "Yes", "button_2": "No"},
                    "button_count": 2,
                    "is_valid": True,
                },
            }
        ],
    }
    first, second = openai.asked("/chat/completions")
    [tool] = first.body["tools"]
    assert tool["function"]["name"] == "get_buttons"
    assert tool["function"]["strict"] is True
    assert first.body["max_completion_tokens"] == 100
    assistant, result = second.body["messages"][-2:]
    assert assistant["tool_calls"][0]["id"] == result["tool_call_id"]
    assert json.loads(result["content"])["button_count"] == 2


def test_several_calls_and_rounds(calling: Service, openai: FakeOpenAI) -> None:
    check = {
        "name": "check_response",
        "arguments": {"correct_response": "a", "user_response": "b"},
    }
    openai.say_tool_calls([BUTTONS, check])
    openai.say_tool_calls([check], text="One more.")
    openai.say("Done.")
    body = {**BODY, "functions": "get_buttons, check_response"}
    answer = calling.call("function_calling", body)
    assert [call["name"] for call in answer.json["calls"]] == [
        "get_buttons",
        "check_response",
        "check_response",
    ]
    assert answer.json["calls"][1]["result"] == {"success": True, "response": False}


@pytest.mark.parametrize("name", load_functions().names())
def test_the_model_sees_every_function(calling: Service, openai: FakeOpenAI, name: str) -> None:
    openai.say("Fine.")
    answer = calling.call("function_calling", {**BODY, "functions": [name]})
    if name.startswith("function_calling"):
        assert list(answer.error["fields"]) == ["functions"]
    else:
        assert answer.status == 200, answer.body


def test_what_only_the_caller_can_run_is_finished_by_the_caller(
    calling: Service, openai: FakeOpenAI
) -> None:
    openai.say_tool_calls(
        [BUTTONS, {"name": "order_status", "arguments": {"order": "A17"}, "id": "call_a"}]
    )
    body = {
        "prompt": "Be brief.",
        "input": "Where is A17?",
        "functions": ["get_buttons", ORDER],
    }
    first = calling.call("function_calling", body).json
    assert first["response"] == "N/A"
    assert first["calls"][0]["result"]["button_count"] == 2
    assert first["calls"][1] == {
        "id": "call_a",
        "name": "order_status",
        "arguments": {"order": "A17"},
    }
    openai.say("It is on its way.")
    second = calling.call(
        "function_calling_response",
        {"function_calling_response": first, "sub_automation_response": {"status": "moving"}},
    )
    assert second.json == {"success": True, "response": "It is on its way."}
    said = openai.last.body["messages"]
    assert [message["role"] for message in said] == ["system", "user", "assistant", "tool", "tool"]
    assert said[0]["content"] == f"Be brief.\n\n{RESULTS_ARE_DATA}"
    assert json.loads(said[-1]["content"]) == {"status": "moving"}
    assert "tools" not in openai.last.body


@pytest.mark.parametrize("run", [False, "false", "0"])
def test_without_run_nothing_runs(calling: Service, openai: FakeOpenAI, run: Any) -> None:
    openai.say_tool_calls([{**BUTTONS, "id": "call_1"}])
    answer = calling.call("function_calling", {**BODY, "run": run}).json
    assert answer["calls"] == [{"id": "call_1", **BUTTONS}]
    assert len(openai.requests) == 1
    openai.say("Nothing to call.")
    answer = calling.call("function_calling", {**BODY, "run": run}).json
    assert answer == {"success": True, "response": "Nothing to call.", "calls": []}


def test_the_organisations_prompt_is_told_but_not_given_out(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai, system_prompt="House secret.")
    openai.say_tool_calls([BUTTONS])
    answer = service.call("function_calling", {**BODY, "run": False})
    assert openai.last.body["messages"][0]["content"] == "House secret."
    assert b"House secret" not in answer.body


@pytest.mark.parametrize(
    ("field", "value", "type_"),
    [
        ("functions", None, "empty_input"),
        ("functions", [], "empty_input"),
        ("functions", "", "empty_input"),
        ("functions", " , ", "empty_input"),
        ("functions", "@results.functions", "unresolved_variable"),
        ("functions", ["get_button"], "invalid_input"),
        ("functions", ["function_calling"], "invalid_input"),
        ("functions", ["function_calling_response"], "invalid_input"),
        ("functions", ["get_buttons", "get_buttons"], "invalid_input"),
        ("functions", [f"f{place}" for place in range(65)], "invalid_input"),
        ("functions", [7], "invalid_input"),
        ("functions", ["no spaces"], "invalid_input"),
        ("functions", [{"name": "x", "parameters": {"type": "array"}}], "invalid_input"),
        ("functions", [{"name": "x", "colour": "red"}], "invalid_input"),
        ("functions", [{"name": "x", "strict": "yes"}], "invalid_input"),
        (
            "functions",
            [{"name": "x", "strict": True, "parameters": ORDER["function"]["parameters"]}],  # type: ignore[index]
            "invalid_input",
        ),
        ("max_tokens", 2049, "invalid_input"),
        ("temperature", 3, "invalid_input"),
        ("run", "perhaps", "invalid_input"),
        ("input", "", "empty_input"),
        ("input", "@results.x", "unresolved_variable"),
    ],
)
def test_what_is_wrong_is_refused_by_name(
    calling: Service, openai: FakeOpenAI, field: str, value: Any, type_: str
) -> None:
    answer = calling.call("function_calling", {**BODY, field: value})
    assert (answer.status, answer.error["type"]) == (400, type_)
    assert list(answer.error["fields"]) == [field]
    assert openai.requests == []


@pytest.mark.parametrize("model", ["gpt-6-luna", "gpt-5.5", "gpt-5.4", "gpt-4.1", "gpt-4"])
def test_each_model_is_asked_as_it_takes_tools(
    calling: Service, openai: FakeOpenAI, model: str
) -> None:
    openai.say_tool_calls([BUTTONS])
    openai.say("Two.")
    answer = calling.call("function_calling", {**BODY, "model": model, "temperature": 0.5})
    assert answer.status == 200, answer.body
    assert answer.json["response"] == "Two."


def test_the_tokens_of_every_round_are_counted(calling: Service, openai: FakeOpenAI) -> None:
    openai.say_tool_calls([BUTTONS])
    openai.say("Two.")
    calling.call("function_calling", BODY)
    calling.flush()
    *_, entry = calling.admin("GET", "/logs/acme?function=function_calling").json["logs"]
    used = openai.account(openai.key).used_tokens
    assert entry["input_tokens"] + entry["output_tokens"] == used


@pytest.mark.parametrize("model", ["gpt-6-astra", "gpt-6.1-sol"])
def test_a_model_that_always_reasons_calls_functions_too(
    calling: Service, openai: FakeOpenAI, model: str
) -> None:
    openai.say_tool_calls([{**BUTTONS, "id": "call_7"}], text="Let me see.")
    openai.say("Two.")
    body = {
        "messages": [
            {"role": "system", "content": "Be short."},
            {"role": "user", "content": [{"type": "text", "text": "Which buttons?"}]},
        ],
        "functions": ["get_buttons", {"name": "wait"}],
        "model": model,
        "temperature": 0.5,
        "max_tokens": 1,
    }
    answer = calling.call("function_calling", body).json
    assert answer["response"] == "Two."
    [call] = answer["calls"]
    assert (call["name"], call["result"]["button_count"]) == ("get_buttons", 2)
    assert openai.asked("/chat/completions") == []
    asked = openai.asked("/responses")[-1].body
    assert (asked["model"], asked["max_output_tokens"], asked["store"]) == (model, 16, False)
    written = json.dumps({"buttons_data": "Yes|No"}, separators=(",", ":"))
    assert asked["input"][:4] == [
        {"role": "system", "content": f"Be short.\n\n{RESULTS_ARE_DATA}"},
        {"role": "user", "content": "Which buttons?"},
        {"role": "assistant", "content": "Let me see."},
        {"type": "function_call", "call_id": "call_7", "name": "get_buttons", "arguments": written},
    ]
    calling.flush()
    *_, entry = calling.admin("GET", "/logs/acme?function=function_calling").json["logs"]
    used = openai.account(openai.key).used_tokens
    assert entry["input_tokens"] + entry["output_tokens"] == used


def test_a_model_that_always_reasons_leaves_calls_to_the_caller(
    calling: Service, openai: FakeOpenAI
) -> None:
    openai.say_tool_calls([{**BUTTONS, "id": "call_7"}])
    earlier = calling.call("function_calling", {**BODY, "model": "gpt-6-astra", "run": False}).json
    assert earlier["calls"] == [{"id": "call_7", **BUTTONS}]
    openai.say("Two.")
    body = {"function_calling_response": earlier, "sub_automation_response": {"button_count": 2}}
    finished = calling.call("function_calling_response", {**body, "model": "gpt-6-astra"})
    assert finished.json["response"] == "Two."


@pytest.mark.parametrize(
    ("said", "type_"), [("say_refusal", "refused"), ("say_content_filter", "content_filter")]
)
def test_a_model_that_always_reasons_may_decline(
    calling: Service, openai: FakeOpenAI, said: str, type_: str
) -> None:
    getattr(openai, said)()
    answer = calling.call("function_calling", {**BODY, "model": "gpt-6-astra"})
    assert (answer.status, answer.error["type"]) == (502, type_)
