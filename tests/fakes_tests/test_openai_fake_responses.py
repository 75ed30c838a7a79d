"""The Responses API of the fake: kept conversations, file search, endings."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openai import APIStatusError, BadRequestError, NotFoundError, OpenAI
from openai.types.responses import Response

from tests.fakes.openai import FakeOpenAI

MODEL = "gpt-6-luna"
FUNCTION = {
    "type": "function",
    "name": "weather",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}


def ask(client: OpenAI, question: Any = "Hello", **body: Any) -> Response:
    given: dict[str, Any] = {"model": MODEL, "input": question, **body}
    answer: Response = client.responses.create(**given)
    return answer


@pytest.fixture
def store_id(client: OpenAI) -> str:
    """A vector store that knows about seeds and about rain."""
    notes = b"Sow millet seeds in June.\n\nThe monsoon rain comes in July."
    file = client.files.create(file=("notes.txt", notes), purpose="assistants")
    store = client.vector_stores.create(name="Farming", file_ids=[file.id])
    return store.id


def test_echo_and_usage(client: OpenAI, openai: FakeOpenAI) -> None:
    answer = ask(client, instructions="Be brief.")
    assert answer.output_text == "You said: Hello"
    assert answer.status == "completed"
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens
    assert openai.last.heard == [("developer", "Be brief."), ("user", "Hello")]


def test_previous_response_is_remembered_without_its_instructions(
    client: OpenAI, openai: FakeOpenAI
) -> None:
    openai.say("Hello Asha")
    first = ask(client, "I am Asha", instructions="Be brief.")
    ask(client, "Who am I?", previous_response_id=first.id)
    assert openai.last.heard == [
        ("user", "I am Asha"),
        ("assistant", "Hello Asha"),
        ("user", "Who am I?"),
    ]


def test_conversation_is_remembered(client: OpenAI, openai: FakeOpenAI) -> None:
    conversation = client.conversations.create(
        items=[{"type": "message", "role": "user", "content": "I am Asha"}]
    )
    ask(client, "Who am I?", conversation=conversation.id)
    ask(client, "And now?", conversation={"id": conversation.id})
    assert openai.last.heard == [
        ("user", "I am Asha"),
        ("user", "Who am I?"),
        ("assistant", "You said: Who am I?"),
        ("user", "And now?"),
    ]
    assert len(list(client.conversations.items.list(conversation.id))) == 5


def test_unknown_memories(client: OpenAI) -> None:
    with pytest.raises(BadRequestError) as caught:
        ask(client, previous_response_id="resp_none")
    assert caught.value.code == "previous_response_not_found"
    with pytest.raises(NotFoundError):
        ask(client, conversation="conv_none")


def test_unstored_responses_are_forgotten(client: OpenAI) -> None:
    answer = ask(client, store=False)
    with pytest.raises(NotFoundError):
        client.responses.retrieve(answer.id)
    with pytest.raises(BadRequestError):
        ask(client, previous_response_id=answer.id)


def test_retrieve_input_items_and_delete(client: OpenAI) -> None:
    answer = ask(client)
    assert client.responses.retrieve(answer.id).output_text == "You said: Hello"
    assert len(list(client.responses.input_items.list(answer.id))) == 1
    client.responses.delete(answer.id)
    with pytest.raises(NotFoundError):
        client.responses.retrieve(answer.id)


def test_background_is_queued_then_done(client: OpenAI) -> None:
    answer = ask(client, background=True)
    assert (answer.status, answer.output) == ("queued", [])
    assert client.responses.retrieve(answer.id).output_text == "You said: Hello"


def test_file_search_answers_from_the_files(client: OpenAI, store_id: str) -> None:
    tool = {"type": "file_search", "vector_store_ids": [store_id], "max_num_results": 5}
    answer = ask(
        client,
        "When does the rain come?",
        tools=[tool],
        include=["file_search_call.results"],
    )
    assert answer.output_text == "The monsoon rain comes in July."
    search, message = answer.output
    assert search.type == "file_search_call"
    assert search.results is not None
    assert search.results[0].filename == "notes.txt"
    assert message.type == "message"
    assert message.content[0].type == "output_text"
    assert message.content[0].annotations[0].type == "file_citation"


def test_file_search_shows_results_only_when_asked(client: OpenAI, store_id: str) -> None:
    tool = {"type": "file_search", "vector_store_ids": [store_id]}
    search = ask(client, "rain", tools=[tool]).output[0]
    assert search.type == "file_search_call"
    assert search.results is None


def test_file_search_that_finds_nothing_falls_back_to_the_echo(
    client: OpenAI, store_id: str
) -> None:
    tool = {"type": "file_search", "vector_store_ids": [store_id]}
    assert ask(client, "xyzzy", tools=[tool]).output_text == "You said: xyzzy"


def test_file_search_needs_a_store_that_exists(client: OpenAI) -> None:
    with pytest.raises(NotFoundError) as caught:
        ask(client, tools=[{"type": "file_search", "vector_store_ids": ["vs_none"]}])
    assert "vs_none" in caught.value.message


def test_endings(client: OpenAI, openai: FakeOpenAI) -> None:
    openai.say_cut_off('{"a"')
    openai.say_content_filter()
    openai.say_refusal("No.")
    openai.say_failure("server_error", "It broke.")
    cut, filtered, refused, failed = (ask(client) for _ in range(4))
    assert cut.status == filtered.status == "incomplete"
    assert cut.incomplete_details is not None
    assert cut.incomplete_details.reason == "max_output_tokens"
    assert filtered.incomplete_details is not None
    assert filtered.incomplete_details.reason == "content_filter"
    assert refused.output[0].type == "message"
    assert refused.output[0].content[0].type == "refusal"
    assert failed.status == "failed"
    assert failed.error is not None
    assert failed.error.message == "It broke."


def test_output_limit_cuts_the_echo(client: OpenAI) -> None:
    answer = ask(client, "a" * 200, max_output_tokens=16)
    assert answer.status == "incomplete"
    assert len(answer.output_text) == 64


def test_functions_are_called_and_answered(client: OpenAI, openai: FakeOpenAI) -> None:
    openai.say_tool_calls([{"name": "weather", "arguments": {"city": "Pune"}}])
    first = ask(client, tools=[FUNCTION])
    call = first.output[0]
    assert call.type == "function_call"
    assert json.loads(call.arguments) == {"city": "Pune"}
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "31"}
    answer = ask(client, [result], tools=[FUNCTION], previous_response_id=first.id)
    assert answer.output_text == "You said: Hello"
    with pytest.raises(BadRequestError, match="No tool output found"):
        ask(client, "And?", previous_response_id=first.id)


def test_schema_format(client: OpenAI) -> None:
    wanted = {
        "type": "json_schema",
        "name": "w",
        "schema": FUNCTION["parameters"],
        "strict": True,
    }
    assert json.loads(ask(client, text={"format": wanted}).output_text) == {"city": "text"}


def test_counting_input_tokens(client: OpenAI) -> None:
    counted = client.responses.input_tokens.count(model=MODEL, input="a" * 400)
    assert counted.input_tokens >= 100


def test_reasoning_models_refuse_sampling(client: OpenAI, openai: FakeOpenAI) -> None:
    with pytest.raises(BadRequestError) as caught:
        ask(client, temperature=0.3)
    assert caught.value.code == "unsupported_parameter"
    assert ask(client, temperature=0.3, reasoning={"effort": "none"}).output_text
    assert openai.violations == []


MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({"max_tokens": 5}, "Unknown parameter: 'max_tokens'."),
    ({"messages": []}, "Unknown parameter: 'messages'."),
    ({"response_format": {"type": "text"}}, "Unknown parameter: 'response_format'."),
    ({"max_output_tokens": 15}, ">= 16"),
    ({"input": None}, "Missing required parameter: 'input'."),
    ({"input": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]}, "'input_text'"),
    ({"input": [{"role": "tool", "content": "x"}]}, "'assistant'"),
    ({"previous_response_id": "a", "conversation": "b"}, "Mutually exclusive"),
    ({"tools": [{"type": "file_search"}]}, "tools[0].vector_store_ids"),
    ({"tools": [{"type": "retrieval"}]}, "'file_search'"),
    (
        {"tools": [{"type": "file_search", "vector_store_ids": ["a"], "max_num_results": 51}]},
        "<= 50",
    ),
    ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools[0].function"),
    ({"tools": [{"type": "function", "name": "f", "parameters": {}}]}, "tools[0].strict"),
    ({"include": ["everything"]}, "'file_search_call.results'"),
    ({"text": {"format": {"type": "json_object"}}}, "must contain the word 'json'"),
    ({"background": True, "store": False}, "Background mode"),
    (
        {"input": [{"type": "function_call_output", "call_id": "call_0", "output": "x"}]},
        "No tool call found for function call output with call_id call_0.",
    ),
    (
        {
            "text": {
                "format": {
                    "type": "json_schema",
                    "name": "w",
                    "strict": True,
                    "schema": {"type": "object", "properties": {}},
                }
            }
        },
        "additionalProperties",
    ),
]


@pytest.mark.parametrize(("body", "words"), MALFORMED)
def test_malformed(client: OpenAI, openai: FakeOpenAI, body: dict[str, Any], words: str) -> None:
    given: dict[str, Any] = {"model": MODEL, "input": "Hello", **body}
    with pytest.raises(APIStatusError) as caught:
        client.post("/responses", body=given, cast_to=dict)
    assert caught.value.status_code == 400
    assert words in caught.value.message
    assert len(openai.violations) == 1
    openai.violations.clear()
