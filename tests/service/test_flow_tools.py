"""Flows that a model calls: what they send is the answer, whatever else goes on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flows.library.library import Head, LibraryEntry
from service.flow_tools import as_text, slug
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.flows.talking import publish


def asking(**more: Any) -> dict[str, Any]:
    """A flow that asks a model and sends what it says."""
    body = json.dumps({"prompt": "Why?", **more})
    hook = {"url": "prompt", "result_name": "it", "body": body}
    return {
        "uuid": "why",
        "name": "Why",
        "nodes": [
            {"id": "h", "webhook": hook, "success": "yes", "failure": "no"},
            {"id": "yes", "send": "@results.it.response"},
            {"id": "no", "send": "Failed"},
        ],
    }


ASKING = asking()


def called(service: Service, openai: FakeOpenAI) -> list[Any]:
    """The results of the flow when a model calls it."""
    openai.say_tool_calls([{"name": "why", "arguments": {}}])
    openai.say("Because.", "Done.")
    answer = service.call("function_calling", {"input": "Why?", "functions": ["why"]})
    assert answer.status == 200, answer.body
    return [one["result"] for one in answer.json["calls"]]


def test_a_flow_that_a_model_calls_waits_for_its_functions(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    publish(service, asking(wait_seconds=0, callback_url="https://example.org/later"))
    assert called(service, openai) == [{"success": True, "response": "Because."}]


@pytest.mark.parametrize(
    ("given", "offered"),
    [
        ("Why, then?", "why_then"),
        (" why,  THEN? ", "why_then"),
        ("why_then", "why_then"),
        ("reason", "reason"),
        ("कारण", "why_then"),
        ("why", "why"),
    ],
)
def test_a_flow_is_named_as_its_list_shows_it(
    service: Service, openai: FakeOpenAI, given: str, offered: str
) -> None:
    service.organisation(openai)
    publish(service, {**ASKING, "name": "Why, then?", "keywords": ["reason", "कारण"]})
    openai.say("Nothing to ask.")
    answer = service.call("function_calling", {"input": "Why?", "functions": [given]})
    assert answer.status == 200, answer.body
    assert [tool["function"]["name"] for tool in openai.last.body["tools"]] == [offered]


def test_a_flow_whose_name_no_tool_can_have_is_offered_by_its_uuid(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    publish(service, {**ASKING, "name": "फीस"})
    openai.say("Nothing to ask.")
    assert service.call("function_calling", {"input": "?", "functions": ["फीस"]}).status == 200
    assert [tool["function"]["name"] for tool in openai.last.body["tools"]] == ["why"]


def test_what_a_model_could_not_tell_apart_is_refused(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    publish(service, {**ASKING, "name": "Get, buttons"})
    both = ["get_buttons", "Get, buttons"]
    answer = service.call("function_calling", {"input": "?", "functions": both})
    assert (answer.status, answer.error["type"]) == (400, "invalid_input")
    assert "twice: get_buttons" in answer.error["message"]


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (False, "false"), (5, "5"), (2.5, "2.5"), ("a", "a")]
)
def test_what_a_model_gives_is_text(value: Any, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("published", "name"),
    [(None, "fees_of_a_class"), ("Fees (2026)!", "fees_2026"), ("a" * 70, "a" * 64), ("फीस", "")],
)
def test_a_tool_has_the_published_name_of_its_flow(published: str | None, name: str) -> None:
    head = Head(1, published, ()) if published else None
    assert slug(LibraryEntry("f", Head(2, "Fees of a class", ()), head, "")) == name
