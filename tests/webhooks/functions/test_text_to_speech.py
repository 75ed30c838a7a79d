"""The webhook function text_to_speech through the front door."""

from __future__ import annotations

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service


def path_of(url: str) -> str:
    return "/media/" + url.rpartition("/")[2]


def test_speech_is_a_voice_note_that_anybody_with_the_link_hears(
    service: Service, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    answer = service.call("text_to_speech", {"text": "नमस्ते", "language": "hi"})
    body = answer.json
    assert body["success"] is True
    assert body["message"] == body["media_url"]
    assert body["media_url"].startswith("http://localhost/media/acme.")
    assert openai.last.body == {
        "model": "gpt-4o-mini-tts",
        "voice": "alloy",
        "input": "नमस्ते",
        "response_format": "opus",
        "instructions": "Speak in Hindi.",
    }
    served = service.request("GET", path_of(body["media_url"]))
    assert served.status == 200
    assert served.headers["Content-Type"] == "audio/ogg; codecs=opus"
    assert served.body.startswith(b"OggS")


def test_older_models_get_no_instructions(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai, speech_model="tts-1")
    body = {"text": "Hello", "language": "hindi", "voice": "Nova"}
    assert service.call("text_to_speech", body).status == 200
    assert "instructions" not in openai.last.body
    assert openai.last.body["voice"] == "nova"


def test_what_glific_wrote_still_speaks(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    body = {"text": "Hello", "language": "hindi", "voice": "Kore", "provider": "google"}
    assert service.call("text_to_speech", body).status == 200
    assert openai.last.body["voice"] == "alloy"


def test_an_unknown_voice_names_those_there_are(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    answer = service.call("text_to_speech", {"text": "Hello", "voice": "bob"})
    assert answer.status == 400
    assert "coral" in answer.error["fields"]["voice"][0]


@pytest.mark.parametrize(("length", "status"), [(4096, 200), (4097, 400)])
def test_the_length_is_bounded(
    service: Service, openai: FakeOpenAI, length: int, status: int
) -> None:
    service.organisation(openai)
    answer = service.call("text_to_speech", {"text": "a" * length})
    assert answer.status == status
    if status == 400:
        assert "4096" in answer.error["fields"]["text"][0]
        assert answer.json["media_url"] == answer.error["message"]
