"""The webhook function prompt through the front door."""

from __future__ import annotations

from typing import Any

import pytest

from demo.local_model import LocalModel
from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import Service
from tests.fixtures_model import LOCAL_MODEL_KEY


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("\n", ["\n"]),
        ("1", ["1"]),
        (" END", [" END"]),
        ("[1]", None),
        ('["a", "b"]', ["a", "b"]),
        ("", None),
        ([], None),
    ],
)
def test_an_answer_ends_at_any_text(
    service: Service, openai: FakeOpenAI, given: Any, sent: list[str] | None
) -> None:
    service.organisation(openai)
    answer = service.call("prompt", {"prompt": "Count.", "stop": given, "model": "gpt-4.1"})
    if given == "[1]":
        assert list(answer.error["fields"]) == ["stop"]
        return
    assert answer.status == 200
    assert openai.last.body.get("stop") == sent


def test_a_prompt_is_the_users_and_every_parameter_is_sent(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai, system_prompt="You are Asha.")
    openai.say_choices("One *bold*", "Two")
    body = {
        "prompt": "Say something",
        "model": "gpt-4.1",
        "n": "2",
        "max_tokens": 2048,
        "temperature": "1.5",
        "user": "contact-17",
        "frequency_penalty": 1,
        "presence_penalty": "-1",
        "sanitize_text": True,
    }
    answer = service.call("prompt", body)
    expected = {"success": True, "response": "One bold", "responses": ["One bold", "Two"]}
    assert answer.json == expected
    assert openai.last.body == {
        "model": "gpt-4.1",
        "messages": [
            {"role": "system", "content": "You are Asha."},
            {"role": "user", "content": "Say something"},
        ],
        "n": 2,
        "max_completion_tokens": 2048,
        "temperature": 1.5,
        "user": "contact-17",
        "frequency_penalty": 1,
        "presence_penalty": -1,
    }


def test_numbers_and_switches_come_as_flows_write_them(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    openai.say("One *bold*")
    body = {"prompt": "x", "max_tokens": " 20.0 ", "temperature": " 1 ", "sanitize_text": " true "}
    assert service.call("prompt", body).json["response"] == "One bold"
    assert openai.last.body["max_completion_tokens"] == 20
    assert openai.last.body["temperature"] == 1


def test_a_json_text_goes_and_comes_back(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    openai.say('{"total": 3}')
    answer = service.call("prompt", {"prompt": {"question": "sum", "of": [1, 2]}})
    assert answer.json["response"] == '{"total": 3}'
    said = openai.last.body["messages"][0]["content"]
    assert said == '{"question":"sum","of":[1,2]}'


@pytest.mark.parametrize(
    ("field", "value", "type_"),
    [
        ("prompt", "", "empty_input"),
        ("prompt", None, "empty_input"),
        ("prompt", {}, "invalid_input"),
        ("prompt", "@results.text", "unresolved_variable"),
        ("n", 0, "invalid_input"),
        ("n", 4, "invalid_input"),
        ("max_tokens", 0, "invalid_input"),
        ("max_tokens", 128_001, "invalid_input"),
        ("top_p", 1.1, "invalid_input"),
        ("reasoning_effort", "hard", "invalid_input"),
        ("temperature", 2.01, "invalid_input"),
        ("temperature", -1, "invalid_input"),
        ("frequency_penalty", 3, "invalid_input"),
        ("presence_penalty", -3, "invalid_input"),
        ("user", "x" * 513, "invalid_input"),
        ("stop", ["."] * 5, "invalid_input"),
        ("stop", {"a": "."}, "invalid_input"),
    ],
)
def test_what_is_out_of_range_is_refused_by_name(
    service: Service, openai: FakeOpenAI, field: str, value: Any, type_: str
) -> None:
    service.organisation(openai)
    answer = service.call("prompt", {"prompt": "Hi", field: value})
    assert (answer.status, answer.error["type"]) == (400, type_)
    assert list(answer.error["fields"]) == [field]
    assert openai.requests == []


def test_too_long_a_prompt_names_the_model(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai, default_model="gpt-4")
    answer = service.call("prompt", {"prompt": "word " * 6_000})
    assert (answer.status, list(answer.error["fields"])) == (400, ["prompt"])
    assert "gpt-4" in answer.error["message"]


@pytest.mark.parametrize(
    ("fault", "status", "type_"),
    [
        (faults.status(401), 502, "invalid_api_key"),
        (faults.insufficient_quota(), 502, "insufficient_quota"),
        (faults.empty_choices(), 502, "invalid_response"),
        (faults.null_content(), 502, "invalid_response"),
        (faults.html(), 502, "invalid_response"),
    ],
)
def test_the_providers_failures_have_names(
    service: Service, openai: FakeOpenAI, fault: faults.Fault, status: int, type_: str
) -> None:
    service.organisation(openai)
    openai.fail(fault)
    answer = service.call("prompt", {"prompt": "Hi"})
    assert (answer.status, answer.error["type"]) == (status, type_)
    assert answer.json["response"] == answer.error["message"]


def test_the_local_model_completes_a_prompt(service: Service, local_model: LocalModel) -> None:
    service.organisation(
        api_key=LOCAL_MODEL_KEY, base_url=local_model.base_url, default_model=local_model.model
    )
    answer = service.call("prompt", {"prompt": "Say hello.", "max_tokens": 16, "n": 2})
    assert answer.status == 200, answer.body
    assert len(answer.json["responses"]) == 2
