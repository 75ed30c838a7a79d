"""Webhook functions as tools: the organisation is the call's, whatever the model writes."""

from __future__ import annotations

import inspect

from flowhook.organisations.organisation import Organisation
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from webhooks.registry import load_functions
from webhooks.tools.webhook_tools import MAX_DESCRIPTION, WebhookTools

BODY = {"input": "Which buttons?", "functions": ["get_buttons"]}
ORG = Organisation("acme", {}, {})


def test_every_function_is_a_tool_described_by_its_page() -> None:
    functions = load_functions()
    tools = WebhookTools(functions)
    assert tools.names(ORG) == functions.names()
    for function in functions:
        tool = tools.find(function.name, ORG)
        assert tool is not None
        assert tool.name == function.name
        assert 0 < len(tool.description) <= MAX_DESCRIPTION
        assert inspect.cleandoc(function.page).startswith(tool.description)
        assert "Errors:" not in tool.description
    assert tools.find("no_function", ORG) is None


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
