"""The webhook function speech_to_text through the front door."""

from __future__ import annotations

import pytest

from flowhook.media import samples
from tests.fakes.openai import FakeOpenAI, sounds
from tests.fixtures_app import Service
from tests.fixtures_media import Files

PATH = "/audio/transcriptions"


def test_both_keys_hold_what_was_said(
    media_service: Service, openai: FakeOpenAI, files: Files
) -> None:
    media_service.organisation(openai)
    openai.say_transcript("When does the school open?")
    body = {"speech": files.add("note", sounds.ogg_opus(3)), "language": "Hindi"}
    answer = media_service.call("speech_to_text", body)
    said = "When does the school open?"
    assert answer.json == {
        "success": True, "response": said, "message": said, "language": "Hindi",
    }  # fmt: skip
    form = openai.asked(PATH)[0].body
    assert form == {"model": "gpt-transcribe", "language": "hi"}
    assert b'filename="speech.ogg"' in openai.last.raw
    assert b"audio/ogg" in openai.last.raw


def test_the_same_language_is_not_translated(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    body = {"speech": samples.SPEECH, "language": "hi", "output_language": "Hindi"}
    assert service.call("speech_to_text", body).status == 200
    assert len(openai.requests) == 1


def test_the_settings_choose_the_model(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai, transcription_model="whisper-1")
    assert service.call("speech_to_text", {"speech": samples.SPEECH}).status == 200
    assert openai.last.body["model"] == "whisper-1"


def test_a_retired_model_is_followed_by_its_successor(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    openai.retire("whisper-1")
    body = {"speech": samples.SPEECH, "model": "whisper-1"}
    assert service.call("speech_to_text", body).status == 200
    assert [asked.body["model"] for asked in openai.asked(PATH)] == ["whisper-1", "gpt-transcribe"]


def test_sixteen_mebibytes_are_the_limit(
    media_service: Service, openai: FakeOpenAI, files: Files
) -> None:
    media_service.organisation(openai)
    content = sounds.wav(bytes(16 * 1024 * 1024))
    answer = media_service.call("speech_to_text", {"speech": files.add("note", content)})
    assert (answer.status, answer.error["type"]) == (413, "too_large")
    content = content[: 16 * 1024 * 1024]
    assert media_service.call("speech_to_text", {"speech": files.add("b", content)}).status == 200


@pytest.mark.parametrize(
    ("model", "given", "heard"),
    [
        ("gpt-transcribe", "Hindi", "Hindi"),
        ("whisper-1", "auto", "English"),
        ("gpt-4o-transcribe", "Hindi", "Hindi"),
        ("gpt-4o-transcribe", "auto", "N/A"),
    ],
)
def test_the_language_that_was_heard_is_told(
    service: Service, openai: FakeOpenAI, model: str, given: str, heard: str
) -> None:
    service.organisation(openai)
    body = {"speech": samples.SPEECH, "language": given, "model": model}
    assert service.call("speech_to_text", body).json["language"] == heard
    assert openai.last.body.get("response_format") == (
        "verbose_json" if model == "whisper-1" else None
    )


def test_a_server_that_is_older_than_the_default_model_hears_with_whisper(
    service: Service, openai: FakeOpenAI
) -> None:
    openai.retire("gpt-transcribe")
    service.organisation(openai)
    for _ in range(2):
        assert service.call("speech_to_text", {"speech": samples.SPEECH}).status == 200
    asked = [request.body["model"] for request in openai.requests]
    assert asked == ["gpt-transcribe", "whisper-1", "whisper-1"]
    [warning] = service.operator("GET", "/settings/acme").json["warnings"]
    assert "transcription_model" in warning["message"]


def test_a_chosen_transcription_model_that_is_missing_is_an_error(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai, transcription_model="our-ear")
    answer = service.call("speech_to_text", {"speech": samples.SPEECH})
    assert answer.error["type"] == "model_not_found"
    assert len(openai.requests) == 1


def test_a_language_that_the_model_lacks_is_left_out_alone(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    for language in ("Odia", "Odia", "Hindi"):
        answer = service.call("speech_to_text", {"speech": samples.SPEECH, "language": language})
        assert answer.status == 200, answer.body
    sent = [asked.body.get("language") for asked in openai.asked(PATH)]
    assert sent == ["or", None, None, "hi"]


def test_a_whisper_of_few_formats_is_asked_for_the_plain_one(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    openai.add_model("whisper-large-v3", "transcription")
    body = {"speech": samples.SPEECH, "model": "whisper-large-v3", "language": "Hindi"}
    for _ in range(2):
        assert service.call("speech_to_text", body).json["language"] == "Hindi"
    formats = [asked.body.get("response_format") for asked in openai.asked(PATH)]
    assert formats == ["verbose_json", None, None]
