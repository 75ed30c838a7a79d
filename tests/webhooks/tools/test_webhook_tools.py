"""A function that a model calls: limited and recorded as a call inside the model's own."""

from __future__ import annotations

import inspect
from typing import Any

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from webhooks.registry import load_functions
from webhooks.tools.webhook_tools import MAX_DESCRIPTION

BUTTONS = {"name": "get_buttons", "arguments": {"buttons_data": "Yes|No"}}
BODY = {"input": "Which buttons?", "functions": ["get_buttons", "prompt"], "contact_id": "7"}


def limit(service: Service, **limits: int) -> None:
    assert service.operator("PUT", "/settings/acme/limits", limits).status in (200, 201)


def logged(service: Service) -> list[dict[str, Any]]:
    service.flush()
    found: list[dict[str, Any]] = service.admin("GET", "/logs/acme").json["logs"]
    return found


def test_it_is_recorded_under_the_request_of_its_call(calling: Service, openai: FakeOpenAI) -> None:
    openai.say_tool_calls([BUTTONS, {"name": "get_buttons", "arguments": {"buttons_data": ""}}])
    openai.say("Two.")
    calling.call("function_calling", BODY, headers={"X-Request-ID": "outer"})
    outer, wrong, right = logged(calling)
    assert (outer["function"], outer["status"]) == ("function_calling", "ok")
    assert "called_by" not in outer
    for entry, status in ((right, "ok"), (wrong, "empty_input")):
        assert (entry["function"], entry["status"]) == ("get_buttons", status)
        assert (entry["request_id"], entry["called_by"]) == ("outer", "function_calling")
        assert entry["contact"] == "7"
    shown = calling.admin("GET", f"/logs/acme/{right['id']}").json
    assert shown["request"] == BUTTONS["arguments"]
    assert shown["response"]["button_count"] == 2


def test_each_token_is_counted_once(calling: Service, openai: FakeOpenAI) -> None:
    openai.say_tool_calls([{"name": "prompt", "arguments": {"prompt": "Say hello."}}])
    openai.say("Hello!", "It said hello.")
    calling.call("function_calling", BODY)
    outer, inner = logged(calling)
    assert inner["input_tokens"] > 0
    used = sum(entry["input_tokens"] + entry["output_tokens"] for entry in (outer, inner))
    assert used == openai.account(openai.key).used_tokens


def test_it_counts_among_the_calls_a_minute(calling: Service, openai: FakeOpenAI) -> None:
    limit(calling, requests_per_minute=2)
    openai.say_tool_calls([BUTTONS, BUTTONS])
    openai.say("Two.")
    answer = calling.call("function_calling", BODY)
    first, second = (call["result"] for call in answer.json["calls"])
    assert first["success"] is True
    assert second["error"]["type"] == "rate_limited"
    assert answer.json["response"] == "Two."


def test_it_needs_no_concurrent_place_of_its_own(calling: Service, openai: FakeOpenAI) -> None:
    limit(calling, concurrent_calls=1)
    openai.say_tool_calls([BUTTONS])
    openai.say("Two.")
    [call] = calling.call("function_calling", BODY).json["calls"]
    assert call["result"]["success"] is True


def test_a_month_that_is_nearly_used_up_does_not_refuse_it(
    calling: Service, openai: FakeOpenAI
) -> None:
    limit(calling, monthly_tokens=600)  # less than two reservations
    openai.say_tool_calls([{"name": "prompt", "arguments": {"prompt": "Hi."}}])
    openai.say("Hello!", "It said hello.")
    [call] = calling.call("function_calling", BODY).json["calls"]
    assert call["result"]["response"] == "Hello!"


def test_the_account_is_that_of_the_call(service: Service, openai: FakeOpenAI) -> None:
    other = openai.add_key("sk-other-key-000000000000000000000000000000")
    service.organisation(openai)
    account = {"is_active": True, "api_key": other, "base_url": openai.base_url}
    stored = service.operator("PUT", "/settings/acme/openai/accounts/second", account)
    assert stored.status == 201, stored.body
    arguments = {"prompt": "Hi", "account": "none", "contact_id": "9", "failure_status": 200}
    openai.say_tool_calls([{"name": "prompt", "arguments": arguments}])
    openai.say("Hello!", "Done.")
    answer = service.call("function_calling", {**BODY, "account": "second"})
    assert answer.json["response"] == "Done."
    assert openai.account(other).requests == 3
    assert [entry["contact"] for entry in logged(service)] == ["7", "7"]


def test_nulls_stand_for_what_is_left_out(calling: Service, openai: FakeOpenAI) -> None:
    arguments = {"prompt": "Hi", **dict.fromkeys(("model", "n", "temperature", "user"))}
    openai.say_tool_calls([{"name": "prompt", "arguments": arguments}])
    openai.say("Hello!", "It said hello.")
    answer = calling.call("function_calling", {**BODY, "functions": ["prompt"]})
    assert answer.json["response"] == "It said hello."
    assert answer.json["calls"][0]["result"]["response"] == "Hello!"


def test_the_model_never_reaches_another_organisation(service: Service, openai: FakeOpenAI) -> None:
    other = openai.add_key("sk-other-key-000000000000000000000000000000")
    service.organisation(openai, "other", api_key=other)
    service.organisation(openai)
    arguments = {"prompt": "Hi", "organization_id": "other", "account": "x", "contact_id": "9"}
    openai.say_tool_calls([{"name": "prompt", "arguments": arguments}])
    openai.say("Hello!", "Done.")
    answer = service.call("function_calling", {**BODY, "functions": ["prompt"]})
    assert answer.json["response"] == "Done."
    assert openai.account(other).requests == 0
    assert len(openai.requests) == 3


def test_a_tool_is_described_by_its_functions_page(calling: Service, openai: FakeOpenAI) -> None:
    functions = [one for one in load_functions() if not one.name.startswith("function_calling")]
    openai.say("None needed.")
    calling.call("function_calling", {**BODY, "functions": [one.name for one in functions]})
    offered = [tool["function"] for tool in openai.last.body["tools"]]
    assert [tool["name"] for tool in offered] == [function.name for function in functions]
    for tool, function in zip(offered, functions, strict=True):
        assert 0 < len(tool["description"]) <= MAX_DESCRIPTION
        assert inspect.cleandoc(function.page).startswith(tool["description"])
        assert "Errors:" not in tool["description"]
