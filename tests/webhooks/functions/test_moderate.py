"""The webhook function moderate through the front door."""

from __future__ import annotations

import pytest

from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import Service


def test_harm_is_named_and_its_absence_is_an_empty_list(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    harmful = service.call("moderate", {"text": "I will attack them, you stupid idiot"})
    assert harmful.json == {
        "success": True,
        "flagged": True,
        "categories": ["harassment", "violence"],
    }
    assert openai.last.body == {
        "model": "omni-moderation-latest",
        "input": "I will attack them, you stupid idiot",
    }
    harmless = service.call("moderate", {"text": "I like your school."})
    assert harmless.json == {"success": True, "flagged": False, "categories": []}


@pytest.mark.parametrize(
    ("text", "type_"), [("", "empty_input"), ("@results.text", "unresolved_variable")]
)
def test_a_text_is_needed(service: Service, openai: FakeOpenAI, text: str, type_: str) -> None:
    service.organisation(openai)
    answer = service.call("moderate", {"text": text})
    assert (answer.status, answer.error["type"]) == (400, type_)
    assert answer.json["flagged"] == answer.error["message"]


def test_a_judgement_that_says_nothing_is_invalid(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    for body in (b"{}", b'{"results": []}', b'{"results": [{"categories": {}}]}', b"[]"):
        openai.fail(faults.status(200, body=body))
        answer = service.call("moderate", {"text": "Hi"})
        assert (answer.status, answer.error["type"]) == (502, "invalid_response")


def test_allowed_models_apply(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai, allowed_models=["gpt-6*"])
    assert service.call("moderate", {"text": "Hi"}).error["type"] == "forbidden"
    service.organisation(openai, allowed_models=["gpt-6*", "omni-*"])
    assert service.call("moderate", {"text": "Hi"}).status == 200


def test_a_judgement_may_name_no_categories(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    openai.fail(faults.status(200, body=b'{"results": [{"flagged": true}]}'))
    answer = service.call("moderate", {"text": "Hi"})
    assert answer.json == {"success": True, "flagged": True, "categories": []}
