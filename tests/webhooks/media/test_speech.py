"""Recordings are transcribed, and texts spoken as voice notes."""

from __future__ import annotations

import base64

import pytest

from flowhook.media import samples
from tests.fakes.openai import FakeOpenAI, faults, sounds
from tests.fixtures_app import Service
from tests.fixtures_media import Files
from webhooks.media.speech import MAX_SPOKEN_CHARACTERS, speakable


def path_of(url: str) -> str:
    return "/media/" + url.rpartition("/")[2]


@pytest.mark.parametrize("extension", ["mp3", "wav", "flac"])
def test_the_content_decides_the_extension(
    media_service: Service, openai: FakeOpenAI, files: Files, extension: str
) -> None:
    media_service.organisation(openai)
    url = files.add("note.txt", sounds.silence(extension, 3), "text/plain")
    assert media_service.call("speech_to_text", {"speech": url}).status == 200
    assert f'filename="speech.{extension}"'.encode() in openai.last.raw


def test_silence_is_empty_input(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    openai.say_transcript("  ")
    answer = service.call("speech_to_text", {"speech": samples.SPEECH})
    assert (answer.status, answer.error["type"]) == (400, "empty_input")


@pytest.mark.parametrize("start", [b"#!AMR\n", b"\xff\xf1\x50\x40"])
def test_what_the_provider_cannot_read_is_said_before(
    service: Service, openai: FakeOpenAI, start: bytes
) -> None:
    service.organisation(openai)
    encoded = base64.b64encode(start + bytes(40)).decode()
    answer = service.call("speech_to_text", {"speech": f"data:audio/ogg;base64,{encoded}"})
    assert (answer.status, answer.error["type"]) == (400, "invalid_input")
    assert openai.requests == []


@pytest.mark.parametrize("fault", [faults.not_json(), faults.html(), faults.empty_body()])
def test_what_is_no_sound_is_not_kept(
    service: Service, openai: FakeOpenAI, fault: faults.Fault
) -> None:
    service.organisation(openai)
    openai.fail(fault)
    answer = service.call("text_to_speech", {"text": "Hello"})
    assert (answer.status, answer.error["type"]) == (502, "invalid_response")
    assert not list(service.redis.scan_iter("*media*"))


@pytest.mark.parametrize(
    ("declared", "served"),
    [
        ("audio/mpeg", "audio/mpeg"),
        ("audio/mpeg; charset=binary", "audio/mpeg"),
        ("audio/opus", "audio/ogg"),
        ("application/octet-stream", "audio/ogg"),
        ("text/plain", None),
        ("image/png", None),
    ],
)
def test_sound_that_is_not_known_by_its_bytes_is_what_the_provider_calls_it(
    service: Service, openai: FakeOpenAI, declared: str, served: str | None
) -> None:
    service.organisation(openai)
    openai.fail(faults.status(200, body=b"raw samples", content_type=declared))
    answer = service.call("text_to_speech", {"text": "Hello"})
    if served is None:
        assert (answer.status, answer.error["type"]) == (502, "invalid_response")
    else:
        media = service.request("GET", path_of(answer.json["media_url"]))
        assert (media.headers["Content-Type"], media.body) == (served, b"raw samples")


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("a" * MAX_SPOKEN_CHARACTERS, "a" * MAX_SPOKEN_CHARACTERS),
        ("a" * (MAX_SPOKEN_CHARACTERS + 1), "a" * MAX_SPOKEN_CHARACTERS),
        ("a" * 2047 + ".b c" + "d" * 3000, "a" * 2047 + ".b"),
        ("a" * 2048 + ".b c" + "d" * 3000, "a" * 2048 + "."),
        ("क" * 3000 + "। " + "b" * 3000, "क" * 3000 + "।"),
        ("a. " + "b" * 3000 + " " + "c" * 3000, "a. " + "b" * 3000),
        (" " + "a" * 5000, " " + "a" * 4095),
    ],
    ids=range(7),
)
def test_what_is_too_long_is_spoken_up_to_a_sentence_or_a_word(text: str, spoken: str) -> None:
    assert speakable(text) == spoken
