"""A chat in OpenAI's words."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.errors import InvalidResponse
from flowhook.providers.model_client import ChatRequest, JsonAnswer, RequestedCall, Usage
from flowhook.providers.openai.chat import chat_call, read_completion, read_usage
from tests.flowhook.providers.openai.replies import reply

SAID = [{"role": "user", "content": "Why?"}]
SCHEMA = {"type": "object"}
TOOL = {"name": "find"}


def test_only_what_was_given_is_sent() -> None:
    call = chat_call(ChatRequest(SAID), "gpt-6-luna")
    assert (call.path, call.file) == ("/chat/completions", None)
    assert call.body == {"model": "gpt-6-luna", "messages": SAID}


def test_everything_has_its_name() -> None:
    request = ChatRequest(
        SAID,
        max_tokens=9,
        temperature=0,
        frequency_penalty=0.5,
        presence_penalty=-0.5,
        choices=2,
        user="u",
    )
    assert chat_call(request, "m").body == {
        "model": "m",
        "messages": SAID,
        "max_completion_tokens": 9,
        "temperature": 0,
        "frequency_penalty": 0.5,
        "presence_penalty": -0.5,
        "n": 2,
        "user": "u",
    }


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        (JsonAnswer(), {"type": "json_object"}),
        (
            JsonAnswer(SCHEMA),
            {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True},
            },
        ),
        (
            JsonAnswer(SCHEMA, "a", False, "An a."),
            {
                "type": "json_schema",
                "json_schema": {
                    "name": "a",
                    "schema": SCHEMA,
                    "strict": False,
                    "description": "An a.",
                },
            },
        ),
    ],
)
def test_json_is_asked_for(wanted: JsonAnswer, sent: dict[str, Any]) -> None:
    assert chat_call(ChatRequest(SAID, json_answer=wanted), "m").body["response_format"] == sent


@pytest.mark.parametrize(
    ("model", "effort"),
    [("gpt-6-luna", "none"), ("gpt-5.6", "none"), ("gpt-5.5", None), ("gpt-6-astra", None)],
)
def test_functions_are_offered_with_reasoning_off_where_they_must(
    model: str, effort: str | None
) -> None:
    body = chat_call(ChatRequest(SAID, tools=[TOOL]), model).body
    assert body["tools"] == [{"type": "function", "function": TOOL}]
    assert body["tool_choice"] == "auto"
    assert body.get("reasoning_effort") == effort
    silent = chat_call(ChatRequest(SAID, tools=[TOOL], may_call=False), model).body
    assert silent["tool_choice"] == "none"


def test_a_completion_is_read() -> None:
    function = {"name": "find", "arguments": "{}"}
    answer = {
        "model": "m",
        "choices": [
            {"message": {"content": "Because."}, "finish_reason": "length"},
            {"message": {"content": None, "refusal": "No."}},
            {
                "message": {"tool_calls": [{"id": "1", "function": function}, {"id": "2"}, 5]},
                "finish_reason": "tool_calls",
            },
            {"message": {"content": 5, "refusal": 5, "tool_calls": {"id": "1"}}},
        ],
        "usage": {"prompt_tokens": 3, "completion_tokens": 4},
    }
    completion = read_completion(reply(answer))
    assert (completion.model, completion.usage) == ("m", Usage(3, 4))
    first, second, third, fourth = completion.choices
    assert (first.text, first.refusal, first.finish_reason) == ("Because.", None, "length")
    assert (second.text, second.refusal, second.finish_reason) == ("", "No.", "stop")
    assert third.tool_calls == (
        RequestedCall("1", "find", "{}"),
        RequestedCall("2", None, None),
    )
    assert (fourth.text, fourth.refusal, fourth.tool_calls) == ("", None, ())


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"choices": None},
        {"choices": []},
        {"choices": {"a": 1}},
        {"choices": ["x"]},
        {"choices": [{}]},
    ],
)
def test_without_a_choice_it_is_no_completion(answer: Any) -> None:
    with pytest.raises(InvalidResponse):
        read_completion(reply(answer))


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        ({"input_tokens": 3, "output_tokens": 4}, Usage(3, 4)),
        ({"prompt_tokens": 3.0, "completion_tokens": 4.0}, Usage(3, 4)),
        ({"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 9}, Usage(3, 4)),
        ({"prompt_tokens": 3, "total_tokens": 9}, Usage(3, 6)),
        ({"total_tokens": 9}, Usage(9, 0)),
        ({"prompt_tokens": 5, "total_tokens": 5}, Usage(5, 0)),
        ({"prompt_tokens": -1, "completion_tokens": "4"}, None),
        ({"prompt_tokens": 3, "completion_tokens": 10**12}, None),
        ({"prompt_tokens": 3}, None),
        ({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, None),
        ({"prompt_tokens": None, "completion_tokens": True}, None),
        ({"prompt_tokens": 3.5, "completion_tokens": 1}, None),
        (None, None),
        ([], None),
    ],
)
def test_tokens_are_read_where_they_can_be_believed(usage: Any, read: Usage | None) -> None:
    assert read_usage(usage) == read


@pytest.mark.parametrize("model", [None, "", 5])
def test_a_model_that_is_not_told_is_unknown(model: Any) -> None:
    answer = {"model": model, "choices": [{"message": {"content": "a"}}]}
    assert read_completion(reply(answer)).model is None


@pytest.mark.parametrize(
    "thought",
    [
        {"type": "reasoning", "text": "Hm."},
        {"type": "thinking", "text": "Hm."},
        {"text": "Hm.", "thought": True},
    ],
)
def test_parts_that_are_thoughts_are_not_said(thought: dict[str, Any]) -> None:
    message = {"content": [thought, {"text": "Be"}, {"type": "output_text", "text": "cause."}]}
    assert read_completion(reply({"choices": [{"message": message}]})).first.text == "Because."
