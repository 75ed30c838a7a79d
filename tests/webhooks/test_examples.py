"""A function's example is a body that works as it stands."""

from __future__ import annotations

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from webhooks.registry import load_functions

# These need what was set up before: a vector store, a key, an approved answer; or a person.
SET_UP_BEFORE = {
    "filesearch-gpt",
    "voice-filesearch-gpt",
    "geolocation",
    "rate_answer",
    "ask_a_person",
}
NAMES = [name for name in load_functions().names() if name not in SET_UP_BEFORE]


@pytest.mark.parametrize("name", NAMES)
def test_the_example_in_the_catalogue_succeeds(
    service: Service, openai: FakeOpenAI, name: str
) -> None:
    service.organisation(openai)
    listed = service.request("GET", "/webhooks").json["functions"]
    [described] = [function for function in listed if function["name"] == name]
    answer = service.call(name, described["example"])
    assert answer.status == 200, answer.body
    assert described["main_result"] in answer.json
    named = {result["name"] for result in described["results"]}
    assert set(answer.json) <= named
    assert all(field["description"] for field in described["fields"] + described["results"])
