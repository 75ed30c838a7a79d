"""Accounts, activity and keys hold for every function that asks a model."""

from __future__ import annotations

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from webhooks.registry import load_functions

FUNCTIONS = [
    "chat",
    "detect_language",
    "function_calling",
    "function_calling_response",
    "moderate",
    "parse_via_chat_gpt",
    "prompt",
    "translate_entry",
]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_further_account_is_asked_by_its_title(
    service: Service, openai: FakeOpenAI, name: str
) -> None:
    other = openai.add_key("sk-other-key-000000000000000000000000000000")
    service.organisation(openai, system_prompt="First house.")
    account = {
        "is_active": True,
        "api_key": other,
        "base_url": openai.base_url,
        "system_prompt": "Second house.",
    }
    assert service.operator("PUT", "/settings/acme/openai/accounts/second", account).status == 201
    body = {**load_functions().find(name).example, "account": "second"}  # type: ignore[union-attr]
    assert service.call(name, body).status == 200
    assert openai.account(openai.key).requests == 0
    assert openai.account(other).requests > 0
    assert b"First house" not in openai.last.raw
    unknown = service.call(name, {**body, "account": "third"})
    assert list(unknown.error["fields"]) == ["account"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_account_that_is_off_or_has_no_key_answers_nobody(
    service: Service, openai: FakeOpenAI, name: str
) -> None:
    function = load_functions().find(name)
    assert function is not None
    service.organisation(openai, is_active=False)
    answer = service.call(name, dict(function.example))
    assert (answer.status, answer.error["type"]) == (403, "inactive")
    assert answer.json[function.main] == answer.error["message"]
    service.organisation(is_active=True, api_key=None)
    answer = service.call(name, dict(function.example))
    assert (answer.status, answer.error["type"]) == (403, "missing_api_key")
    assert openai.requests == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_allowed_models_and_aliases_hold(service: Service, openai: FakeOpenAI, name: str) -> None:
    function = load_functions().find(name)
    assert function is not None
    service.organisation(openai, allowed_models=["nothing-*"])
    answer = service.call(name, dict(function.example))
    assert (answer.status, answer.error["type"]) == (403, "forbidden")
    assert openai.requests == []
    asked = function.example.get("model") or function.example.get("gpt_model")
    if asked:
        service.organisation(openai, model_aliases={asked: "gpt-4.1"})
        assert service.call(name, dict(function.example)).status == 200
        assert openai.last.body["model"] == "gpt-4.1"
