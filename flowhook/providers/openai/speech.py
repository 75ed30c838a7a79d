"""Speech synthesis and transcription in OpenAI's format.

The model decides the road of speech: a realtime model has a WebSocket (realtime.py), every other
one POST /audio/speech.

Source: OpenAI OpenAPI spec 2.3.0, POST /audio/speech and POST /audio/transcriptions
"""

from __future__ import annotations

from typing import Any

from flowhook.errors import InvalidResponse
from flowhook.providers.dialect import Body, WireCall
from flowhook.providers.model_client import (
    Speech,
    SpeechRequest,
    Transcription,
    TranscriptionRequest,
    Usage,
)
from flowhook.providers.openai.chat import read_model, read_usage
from flowhook.providers.openai.realtime import (
    DEFAULT_VOICE,
    realtime_speech_call,
    speaks_by_realtime,
)
from flowhook.providers.openai.spoken_language import language_told
from flowhook.providers.transport import HttpReply
from flowhook.providers.usage_estimate import heard

SPOKEN_FORMAT = "opus"  # in Ogg, as WhatsApp's voice notes are
HEARD = frozenset({"flac", "mp3", "mp4", "m4a", "ogg", "wav", "webm"})


def speech_call(request: SpeechRequest, model: str) -> WireCall[Speech]:
    """Build the call that has a text spoken; the older models take no language."""
    if speaks_by_realtime(model):
        return realtime_speech_call(request, model)
    body: Body = {
        "model": model,
        "voice": request.voice or DEFAULT_VOICE,
        "input": request.text,
        "response_format": SPOKEN_FORMAT,
    }
    told = language_told(request, "Speak in {}.")
    if told and not model.startswith("tts-1"):
        body["instructions"] = told
    if request.pace is not None:
        body["speed"] = request.pace
    return WireCall("/audio/speech", body, read_speech)


def read_speech(reply: HttpReply) -> Speech:
    """Read a recording, as it comes."""
    content_type = reply.headers.get("content-type", "")
    return Speech(reply.body, content_type.partition(";")[0].strip().lower())


def transcription_call(request: TranscriptionRequest, model: str) -> WireCall[Transcription]:
    """Build the call for a transcription; Whisper tells the language only in a longer answer."""
    form: Body = {"model": model}
    if request.language:
        form["language"] = request.language
    if "whisper" in model.lower():
        form["response_format"] = "verbose_json"
    return WireCall("/audio/transcriptions", form, read_transcription, request.file)


def read_transcription(reply: HttpReply) -> Transcription:
    """Read a transcript. Raises InvalidResponse if there is none."""
    answer = reply.read_object()
    text = answer.get("text")
    if not isinstance(text, str):
        raise InvalidResponse("the provider answered without a transcript")
    counted = answer.get("usage")
    return Transcription(
        text,
        _languages(answer),
        usage=read_usage(counted) or _read_duration(counted, text),
        model=read_model(answer),
    )


def _read_duration(usage: Any, text: str) -> Usage | None:
    """Estimate the tokens of a recording whose seconds are told instead of them."""
    seconds = usage.get("seconds") if isinstance(usage, dict) else None
    if not isinstance(seconds, int | float) or not 0 < seconds < 10**6:
        return None
    return heard(seconds, text)


def _languages(answer: dict[str, Any]) -> tuple[str, ...]:
    told = answer.get("languages")
    codes = [entry.get("code") for entry in told or () if isinstance(entry, dict)]
    if not codes:
        codes = [answer.get("language")]
    return tuple(code for code in codes if isinstance(code, str))
