"""Calls of functions that a server left in the text."""

from __future__ import annotations

import doctest

import pytest

from flowhook.errors import InvalidResponse
from flowhook.providers.model_client import ChatRequest, RequestedCall
from flowhook.providers.openai import written_calls
from flowhook.providers.openai.chat import chat_call
from flowhook.providers.openai.written_calls import split_calls
from tests.flowhook.providers.openai.replies import reply

CALL = '<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>'
READ = RequestedCall(None, "f", {"a": 1})
TOOL = {"name": "f", "parameters": {"type": "object", "properties": {}}}


def test_examples() -> None:
    assert doctest.testmod(written_calls).failed == 0


@pytest.mark.parametrize(
    ("text", "said", "calls"),
    [
        (CALL, "", (READ,)),
        (f"I look.\n{CALL}\n{CALL}", "I look.", (READ, READ)),
        (CALL.removesuffix("</tool_call>"), "", (READ,)),
        ('<tool_call>{"name": "f", "parameters": {"a": 1}}', "", (READ,)),
        ('<tool_call>{"name": "f"}</tool_call>', "", (RequestedCall(None, "f", None),)),
        ("No call: {}", "No call: {}", ()),
    ],
)
def test_calls_are_split_from_the_text(
    text: str, said: str, calls: tuple[RequestedCall, ...]
) -> None:
    assert split_calls(text) == (said, calls)


@pytest.mark.parametrize("inside", ["", "f(1)", '{"name": "f', '{"name": 5}', "[]"])
def test_a_call_that_cannot_be_read_is_no_answer(inside: str) -> None:
    with pytest.raises(InvalidResponse, match="cannot be read"):
        split_calls(f"<tool_call>{inside}</tool_call>")


def test_only_answers_to_offered_functions_are_read_so() -> None:
    answer = reply({"choices": [{"message": {"content": CALL}, "finish_reason": "stop"}]})
    asked = [{"role": "user", "content": "How does a model call?"}]
    plain = chat_call(ChatRequest(asked), "m").read(answer).first
    assert (plain.text, plain.tool_calls) == (CALL, ())
    calling = chat_call(ChatRequest(asked, tools=[TOOL]), "m").read(answer).first
    assert (calling.text, calling.tool_calls) == ("", (READ,))
