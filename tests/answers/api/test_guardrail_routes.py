from __future__ import annotations

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service

TRY = "/settings/acme/guardrails/try"
REPLY = "कृपया शिष्ट भाषा में लिखें।"
ALL = {
    "mask": ["phone"],
    "banned": {"words": ["gutkha"]},
    "topics": {"allowed": "Rice and wheat.", "action": "tell"},
    "replies": {"banned": {"Hindi": REPLY}},
}


@pytest.fixture
def acme(service: Service, openai: FakeOpenAI) -> Service:
    service.organisation(openai)
    service.operator("PUT", "/settings/acme/guardrails", ALL)
    return service


def test_a_text_is_tried_without_asking_anybody(acme: Service, openai: FakeOpenAI) -> None:
    tried = acme.admin("POST", TRY, {"text": "Is 98765 43210 yours?"}).json
    assert tried["found"] == [{"start": 3, "end": 14, "kind": "phone"}]
    assert tried["masked"].startswith("Is [PHONE_")
    assert tried["asked"] is False
    assert "guardrail" not in tried
    assert not openai.requests


def test_a_banned_word_is_found_and_answered_in_the_contacts_language(acme: Service) -> None:
    tried = acme.admin("POST", TRY, {"text": "Where is gutkha sold?", "language": "hi"}).json
    assert tried["guardrail"] == "banned"
    assert tried["action"] == "reply"
    assert tried["reply"] == REPLY
    tried = acme.admin("POST", TRY, {"text": "gutkha कहाँ मिलता है?"}).json
    assert tried["reply"] == REPLY


def test_a_provider_that_is_asked_judges_what_is_masked(acme: Service, openai: FakeOpenAI) -> None:
    openai.say('{"off_topic": true}')
    tried = acme.admin("POST", TRY, {"text": "A film? 98765 43210", "ask": True}).json
    assert (tried["guardrail"], tried["action"], tried["asked"]) == ("topics", "tell", True)
    assert "reply" not in tried
    [asked] = openai.requests
    assert "98765" not in str(asked.body)
    acme.flush()
    [entry] = acme.admin("GET", "/logs/acme").json["logs"]
    assert entry["function"] == "guardrails"
    assert entry["input_tokens"] > 0
    whole = acme.admin("GET", f"/logs/acme/{entry['id']}").json
    assert whole["request"] == {"characters": 19}


def test_what_a_provider_answers_in_error_is_told_and_logged(
    acme: Service, openai: FakeOpenAI
) -> None:
    acme.operator("PATCH", "/settings/acme/openai", {"api_key": "sk-wrong-wrong-wrong-wrong"})
    refused = acme.admin("POST", TRY, {"text": "A film?", "ask": True})
    assert refused.error["type"] == "invalid_api_key"
    acme.flush()
    [entry] = acme.admin("GET", "/logs/acme").json["logs"]
    assert entry["status"] == "invalid_api_key"


def test_a_viewer_tries_but_has_nobody_asked(acme: Service, openai: FakeOpenAI) -> None:
    token = acme.token("acme", "viewer")
    assert acme.request("POST", TRY, {"text": "Hello"}, token=token).status == 200
    refused = acme.request("POST", TRY, {"text": "Hello", "ask": True}, token=token)
    assert (refused.status, refused.error["type"]) == (403, "forbidden")
    assert not openai.requests


@pytest.mark.parametrize("text", ["", "x" * 4_001])
def test_what_cannot_be_tried_is_refused(acme: Service, text: str) -> None:
    assert acme.admin("POST", TRY, {"text": text}).status == 400


@pytest.mark.parametrize("word", ["*", "...", "-_-"])
def test_a_banned_word_that_no_text_can_hold_is_refused(acme: Service, word: str) -> None:
    put = acme.admin("PUT", "/settings/acme/guardrails", {"banned": {"words": ["bidi", word]}})
    assert put.status == 400
    assert "1" in put.error["fields"]["banned"]["words"]


@pytest.mark.parametrize("word", ["बीड़ी", "420", "🖕", "bid*"])
def test_a_banned_word_is_letters_digits_or_a_picture(acme: Service, word: str) -> None:
    settings = {"banned": {"words": [word], "lists": "none"}}
    assert acme.admin("PUT", "/settings/acme/guardrails", settings).status == 200
    assert acme.admin("POST", TRY, {"text": f"so {word}"}).json["guardrail"] == "banned"
