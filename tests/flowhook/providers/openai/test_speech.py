"""Speech out and in, in OpenAI's words."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.errors import InvalidResponse
from flowhook.providers.model_client import SpeechRequest, TranscriptionRequest, Usage
from flowhook.providers.openai.speech import (
    read_speech,
    read_transcription,
    speech_call,
    transcription_call,
)
from flowhook.providers.transport import HttpReply
from tests.flowhook.providers.openai.replies import reply

FILE = ("speech.ogg", b"OggS", "audio/ogg")


def test_a_text_is_spoken_as_a_voice_note() -> None:
    call = speech_call(SpeechRequest("Hello", "alloy", "Hindi"), "gpt-4o-mini-tts")
    assert call.path == "/audio/speech"
    assert call.body == {
        "model": "gpt-4o-mini-tts",
        "voice": "alloy",
        "input": "Hello",
        "response_format": "opus",
        "instructions": "Speak in Hindi.",
    }
    assert "instructions" not in speech_call(SpeechRequest("Hello", "alloy"), "gpt-4o").body
    older = speech_call(SpeechRequest("Hello", "alloy", "Hindi"), "tts-1-hd")
    assert "instructions" not in older.body


@pytest.mark.parametrize(
    ("headers", "content_type"),
    [
        ({"content-type": "Audio/MPEG; charset=binary"}, "audio/mpeg"),
        ({"content-type": " audio/ogg "}, "audio/ogg"),
        ({}, ""),
    ],
)
def test_a_recording_comes_with_its_type(headers: dict[str, str], content_type: str) -> None:
    speech = read_speech(HttpReply(200, headers, b"sound"))
    assert (speech.content, speech.content_type) == (b"sound", content_type)


def test_a_recording_is_sent_with_its_language() -> None:
    call = transcription_call(TranscriptionRequest(FILE, "hi"), "m")
    assert (call.path, call.file) == ("/audio/transcriptions", FILE)
    assert call.body == {"model": "m", "language": "hi"}
    assert transcription_call(TranscriptionRequest(FILE), "m").body == {"model": "m"}


@pytest.mark.parametrize(
    ("told", "languages"),
    [
        ({"languages": [{"code": "hi"}, {"code": 5}, "x", {"code": "en"}]}, ("hi", "en")),
        ({"languages": [], "language": "hi"}, ("hi",)),
        ({"language": "hi"}, ("hi",)),
        ({"language": 5}, ()),
        ({}, ()),
    ],
)
def test_a_transcript_tells_its_languages(told: dict[str, Any], languages: tuple[str, ...]) -> None:
    answer = {
        "text": "नमस्ते",
        "model": "m",
        "usage": {"input_tokens": 3, "output_tokens": 0, "total_tokens": 3},
        **told,
    }
    found = read_transcription(reply(answer))
    assert (found.text, found.languages) == ("नमस्ते", languages)
    assert (found.model, found.usage) == ("m", Usage(3, 0))


@pytest.mark.parametrize("answer", [{}, {"text": None}, {"text": 5}])
def test_without_a_text_it_is_no_transcript(answer: Any) -> None:
    with pytest.raises(InvalidResponse):
        read_transcription(reply(answer))
