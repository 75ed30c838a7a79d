"""What function_calling returned, read back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from marshmallow import ValidationError

from tests.stretches import MOST, stretches
from webhooks.tools.tool_results import read_earlier, waiting_calls, with_results


def called(*names: str) -> dict[str, Any]:
    calls = [{"id": f"id_{name}", "function": {"name": name, "arguments": "{}"}} for name in names]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def result(name: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": f"id_{name}", "content": "x"}


USER = {"role": "user", "content": "Where?"}
TEXTS = {"role": "user", "content": [{"type": "text", "text": "a"}, {"text": "b"}, {}]}


def names(messages: list[dict[str, Any]]) -> list[str]:
    return [call.name for call in waiting_calls(messages)]


@pytest.mark.parametrize(
    ("messages", "waiting"),
    [
        ([USER, called("a")], ["a"]),
        ([USER, called("a", "b"), result("a")], ["b"]),
        ([called("a"), result("a"), called("b")], ["b"]),
        ([TEXTS, called("a")], ["a"]),
    ],
)
def test_a_conversation_ends_with_calls_that_wait(
    messages: list[dict[str, Any]], waiting: list[str]
) -> None:
    assert names(read_earlier({"messages": messages})) == waiting


def test_the_texts_of_a_message_are_one() -> None:
    assert read_earlier({"messages": [TEXTS, called("a")]})[0] == {
        "role": "user",
        "content": "a\nb",
    }


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ([USER], "waits for a result"),
        ([called("a"), result("a")], "waits for a result"),
        ([called("a"), USER, called("b")], "a call without its result"),
        ([called("a"), result("b"), called("c")], "a result without its call"),
        ([called("a"), result("a"), result("a"), called("b")], "a result without its call"),
        ([{"role": "robot", "content": "x"}, called("a")], "Must be what function_calling"),
        ([{"role": "user", "content": ""}, called("a")], "Must be what function_calling"),
        ([{"role": "tool", "content": "x"}, called("a")], "Must be what function_calling"),
        ([USER] * 400 + [called("a")], "too many messages"),
    ],
    ids=range(9),
)
def test_a_conversation_in_disorder_is_refused(messages: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        read_earlier({"messages": messages})


def test_four_hundred_messages_are_read() -> None:
    assert len(read_earlier({"messages": [USER] * 399 + [called("a")]})) == 400


def test_calls_alone_get_a_beginning_and_ids() -> None:
    begun = read_earlier(
        {"0": {"name": "a", "arguments": "{}"}, "1": {"name": "b", "arguments": {}}}
    )
    assert [message["role"] for message in begun] == ["user", "assistant"]
    assert [call.id for call in waiting_calls(begun)] == ["call_0", "call_1"]


@pytest.mark.parametrize(
    "value", [{"name": "a", "arguments": {}}, {"function_call": {"name": "a", "arguments": ""}}]
)
def test_one_call_alone_is_the_first(value: Any) -> None:
    [call] = waiting_calls(read_earlier(value))
    assert (call.id, call.name, call.arguments) == ("call_0", "a", {})


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        [],
        {},
        {"calls": []},
        {"name": "a"},
        {"name": "", "arguments": {}},
        {"choices": [5]},
    ],
)
def test_what_holds_no_call_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError, match="Must be what function_calling returned"):
        read_earlier(value)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["x", "y"], ["x", "y"]),
        ({"a": "x", "b": "y"}, ["x", "y"]),
        ({"id_b": "y", "b": "z", "a": "x"}, ["x", "y"]),
        (["x"], [["x"], "There is no result for this call."]),
        ({"b": "y"}, [{"b": "y"}, "y"]),
    ],
)
def test_results_find_their_calls(given: Any, told: list[Any]) -> None:
    answered = with_results([USER, called("a", "b")], given)
    found = [message["content"] for message in answered[2:]]
    assert found == [one if isinstance(one, str) else compact(one) for one in told]
    assert [message["tool_call_id"] for message in answered[2:]] == ["id_a", "id_b"]


def test_one_result_answers_one_call_whatever_it_is() -> None:
    for given in (["x", "y"], {"0": "x"}, {"a": "x"}):
        assert with_results([called("a")], given)[-1]["content"] == compact(given)


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


@pytest.mark.parametrize("count", [128, 129])
def test_the_calls_that_wait_are_bounded(count: int) -> None:
    calls = [called(*(f"f{n}" for n in range(count)))]
    for value in ({"messages": [USER, *calls]}, {"calls": calls[0]["tool_calls"]}):
        if count == 128:
            assert len(waiting_calls(read_earlier(value))) == 128
        else:
            with pytest.raises(ValidationError, match="More than 128 function calls"):
                read_earlier(value)


def test_others_go_on_while_one_long_result_answers_many_calls() -> None:
    calls = [{"id": f"id_{n}", "name": "f", "arguments": "{}"} for n in range(128)]
    earlier = read_earlier({"calls": calls})
    with stretches() as measured:
        answered = with_results(earlier, {"f": {"a": [f"text {n}" for n in range(90_000)]}})
    assert measured.longest < MOST
    assert len(answered) == 130
