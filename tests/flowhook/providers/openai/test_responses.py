"""Chats over the Responses API."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook import errors
from flowhook.providers.model_client import ChatRequest, FilesRequest, RequestedCall, Usage
from flowhook.providers.openai.responses import call_with_tools, files_call, read_response
from tests.flowhook.providers.openai.replies import reply

TOOL_CALL = {"id": "1", "function": {"name": "find", "arguments": "{}"}}


def said(text: Any) -> dict[str, Any]:
    return {"output": [{"type": "message", "content": text}]}


def test_a_conversation_becomes_items() -> None:
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": [{"text": "Be"}, {"text": "short."}]},
        {"role": "user", "content": "Why?"},
        {"role": "assistant", "content": None, "tool_calls": [TOOL_CALL]},
        {"role": "tool", "tool_call_id": "1", "content": "found"},
        {"role": "tool", "tool_call_id": "2", "content": ""},
    ]
    request = ChatRequest(messages, tools=[{"name": "find"}, {"name": "a", "strict": True}])
    call = call_with_tools(request, "m")
    assert call.path == "/responses"
    assert call.body == {
        "model": "m",
        "input": [
            {"role": "system", "content": "Be\nshort."},
            {"role": "user", "content": "Why?"},
            {"type": "function_call", "call_id": "1", "name": "find", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "1", "output": "found"},
            {"type": "function_call_output", "call_id": "2", "output": ""},
        ],
        "tools": [
            {
                "type": "function",
                "name": "find",
                "parameters": {"type": "object", "properties": {}},
                "strict": False,
            },
            {
                "type": "function",
                "name": "a",
                "parameters": {"type": "object", "properties": {}},
                "strict": True,
            },
        ],
        "tool_choice": "auto",
        "store": False,
    }


@pytest.mark.parametrize(("asked", "sent"), [(1, 16), (16, 16), (17, 17)])
def test_an_answer_has_at_least_sixteen_tokens(asked: int, sent: int) -> None:
    request = ChatRequest(
        [], max_tokens=asked, temperature=0, tools=[{"name": "a"}], may_call=False
    )
    body = call_with_tools(request, "m").body
    assert (body["max_output_tokens"], body["temperature"], body["tool_choice"]) == (
        sent,
        0,
        "none",
    )


def test_files_are_searched_and_nothing_is_stored() -> None:
    call = files_call(FilesRequest([{"role": "user", "content": "Why?"}], "Be short.", "vs_1"), "m")
    assert call.body == {
        "model": "m",
        "instructions": "Be short.",
        "input": [{"role": "user", "content": "Why?"}],
        "tools": [{"type": "file_search", "vector_store_ids": ["vs_1"]}],
        "store": False,
    }


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (said("Because."), "Because."),
        (said([{"text": " One."}, {"text": "Two. "}, {"text": 5}, "x"]), "One.\nTwo."),
        (said([{"text": "On the fifth 【4:0†fees.txt】."}]), "On the fifth."),
        ({"output_text": "Because."}, "Because."),
        (
            {"output": [{"content": "Because."}, {"type": "reasoning", "content": "Hm."}, 5]},
            "Because.",
        ),
        ({"output": []}, ""),
        (said(5), ""),
    ],
)
def test_the_texts_are_read_without_marks(answer: Any, text: str) -> None:
    choice = read_response(reply(answer)).first
    assert (choice.text, choice.refusal, choice.finish_reason) == (text, None, "stop")


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("max_output_tokens", "length"),
        ("content_filter", "content_filter"),
        ("other", "stop"),
        (5, "stop"),
    ],
)
def test_why_it_ended_is_read(reason: Any, finish: str) -> None:
    answer = {**said("a"), "incomplete_details": {"reason": reason}}
    assert read_response(reply(answer)).first.finish_reason == finish


@pytest.mark.parametrize("status", ["incomplete", "cancelled"])
@pytest.mark.parametrize("details", [{}, {"incomplete_details": {"reason": "other"}}])
def test_half_a_response_is_cut_off_though_nobody_says_why(
    status: str, details: dict[str, Any]
) -> None:
    answer = {**said("a"), "status": status, **details}
    assert read_response(reply(answer)).first.finish_reason == "length"


def test_calls_a_refusal_and_tokens_are_read() -> None:
    call = {"type": "function_call", "call_id": "1", "name": "find", "arguments": "{}"}
    refusal = {"type": "message", "content": [{"refusal": "No."}]}
    usage = {"input_tokens": 3, "output_tokens": 4}
    read = read_response(reply({"output": [call, refusal], "usage": usage, "model": "m"}))
    assert (read.model, read.usage) == ("m", Usage(3, 4))
    assert read.first.tool_calls == (RequestedCall("1", "find", "{}"),)
    assert read.first.refusal == "No."


@pytest.mark.parametrize("answer", [{}, {"output": None}, {"output_text": 5}])
def test_without_output_it_is_no_answer(answer: Any) -> None:
    with pytest.raises(errors.InvalidResponse):
        read_response(reply(answer))
