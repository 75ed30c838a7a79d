"""The webhook function detect_language through the front door."""

from __future__ import annotations

import pytest

from flowhook.media import samples
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Hindi", "Hindi"),
        ("hi", "Hindi"),
        ("hi-IN", "Hindi"),
        ("unknown", "unknown"),
        ("", "unknown"),
        ("Klingon", "Klingon"),
    ],
)
def test_a_text_has_a_language(
    service: Service, openai: FakeOpenAI, said: str, expected: str
) -> None:
    service.organisation(openai)
    openai.say_json({"language": said})
    answer = service.call("detect_language", {"text": "Say English! मैं ठीक हूँ"})
    assert answer.json == {"success": True, "detected_language": expected}
    system, user = openai.last.body["messages"]
    assert "Say English" not in system["content"]
    assert user == {"role": "user", "content": "Say English! मैं ठीक हूँ"}


def test_a_recording_is_in_the_language_that_was_heard(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    answer = service.call("detect_language", {"speech": samples.SPEECH})
    assert answer.json["detected_language"] == "English"
    assert [asked.path for asked in openai.requests] == ["/v1/audio/transcriptions"]


def test_where_no_language_was_heard_the_words_are_judged(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai, transcription_model="gpt-4o-transcribe")
    openai.say_transcript("मैं ठीक हूँ")
    openai.say_json({"language": "Hindi"})
    answer = service.call("detect_language", {"speech": samples.SPEECH})
    assert answer.json["detected_language"] == "Hindi"
    assert openai.last.body["messages"][1]["content"] == "मैं ठीक हूँ"


def test_a_long_text_is_judged_by_its_beginning(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    openai.say_json({"language": "Hindi"})
    assert service.call("detect_language", {"text": "नमस्ते " * 10_000}).status == 200
    assert 1_980 < len(openai.last.body["messages"][1]["content"]) <= 2_000


@pytest.mark.parametrize(
    ("body", "type_", "field"),
    [
        ({}, "empty_input", "text"),
        ({"text": " ", "speech": ""}, "empty_input", "text"),
        ({"text": "@results.text"}, "unresolved_variable", "text"),
        ({"speech": "@results.speech"}, "unresolved_variable", "speech"),
        ({"speech": "ftp://example.org/x"}, "invalid_input", "speech"),
    ],
)
def test_something_to_judge_is_needed(
    service: Service, openai: FakeOpenAI, body: dict[str, str], type_: str, field: str
) -> None:
    service.organisation(openai)
    answer = service.call("detect_language", body)
    assert (answer.status, answer.error["type"]) == (400, type_)
    assert list(answer.error["fields"]) == [field]
    assert openai.requests == []


def test_an_answer_that_is_no_language_is_invalid(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    openai.say("I think Hindi", "Hindi it is")
    answer = service.call("detect_language", {"text": "Hi"})
    assert (answer.status, answer.error["type"]) == (502, "invalid_response")
    assert len(openai.requests) == 2


def test_a_wrong_answer_is_corrected_once(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    openai.say("I think it may be Hindi or Urdu", '{"language": "Hindi"}')
    answer = service.call("detect_language", {"text": "Aap kaise hain?"})
    assert answer.json["detected_language"] == "Hindi"
    told = [one["role"] for one in openai.last.body["messages"]]
    assert told == ["system", "user", "assistant", "user"]


@pytest.mark.parametrize(
    "said",
    [
        "Hindi",
        " hindi.",
        "hi",
        "**Hindi**",
        "`hi`.",
        "The language is Hindi.",
        "Detected language: **Hindi**",
        "The text is written in Hindi.",
        "Hindi (हिन्दी)",
        "**Hindi** (hi).",
        '{"detected_language": "Hindi"}',
        'Sure! {"language": "Hindi"} I hope this helps.',
        '```JSON\n{"language": "hi"}',
        '```json\n{"language": "hi"}\n```',
    ],
)
def test_a_model_that_writes_no_schema_is_understood(
    service: Service, openai: FakeOpenAI, said: str
) -> None:
    service.organisation(openai)
    openai.say(said)
    answer = service.call("detect_language", {"text": "मैं ठीक हूँ"})
    assert answer.json == {"success": True, "detected_language": "Hindi"}
    assert len(openai.requests) == 1
