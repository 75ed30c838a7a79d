"""Transcribe recordings, and speak texts as voice notes."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields

from flowhook.errors import EmptyInput, InvalidInput, InvalidResponse
from flowhook.media.caller import CallerMedia, read_audio
from flowhook.media.store import CONTENT_TYPES
from flowhook.providers.media_type import sniff
from flowhook.providers.model_client import Speech, SpeechRequest, TranscriptionRequest
from flowhook.sentences import beginning
from webhooks.fields import Pasted, Text
from webhooks.media.languages import is_automatic, language_code, language_field, language_name
from webhooks.media.speech_provider import speech_client
from webhooks.registry import Context

MAX_SPOKEN_CHARACTERS = 4096
VOICES = (
    "alloy",
    "ash",
    "ballad",
    "cedar",
    "coral",
    "echo",
    "fable",
    "marin",
    "nova",
    "onyx",
    "sage",
    "shimmer",
    "verse",
)
# Extensions by the Content-Type of speech; bytes without a type are in the requested format.
SOUNDS = {
    "audio/ogg": "ogg",
    "audio/opus": "ogg",
    "application/ogg": "ogg",
    "application/octet-stream": "ogg",
    "": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/aac": "aac",
    "audio/flac": "flac",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
}
SPOKEN_TEXT = fields.String(
    metadata={
        "description": "What is said, only where a model that reads texts aloud worded it"
        " otherwise, twice.",
        "example": "Fees are due on the fifth of the month.",
    }
)


@dataclass(frozen=True, slots=True)
class Transcript:
    """The text, and the ISO code of its language: as heard, else as the caller named it."""

    text: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Spoken:
    """The URL of a recording, and what is said in it where that is not the text."""

    url: str
    otherwise: str | None

    @property
    def told(self) -> dict[str, str]:
        """The result's `spoken_text`, where there is one."""
        return {"spoken_text": self.otherwise} if self.otherwise else {}


def speech_field(what: str) -> Text:
    return Pasted(
        required=True,
        max_length=1_048_576,
        metadata={
            "description": f"Link to the {what} (Ogg, MP3, M4A, MP4, WAV, WebM or FLAC, at most"
            " 16 MiB), or a data URL.",
            "example": "https://example.org/voice-note.ogg",
        },
    )


def spoken_language_field() -> Text:
    return language_field(
        "What is spoken, as a code or an English name; auto (the default) lets the model hear.",
        "Hindi",
    )


def transcribe(
    context: Context,
    url: str,
    *,
    field: str = "speech",
    language: str | None = None,
    model: str | None = None,
    provider: str | None = None,
) -> Transcript:
    """Transcribe the recording at a URL; a known `language` helps the model."""
    client = speech_client(context, provider)
    client.check_may_send("sound")
    recording = read_audio(context.fetch, url, field)
    _require_transcribable(recording, field, client.hears)
    code = language_code(language)
    heard = client.transcribe(TranscriptionRequest(recording.as_file("speech"), code, model))
    if not heard.text.strip():
        raise EmptyInput(
            f"{field} holds no words that could be understood",
            fix="Ask the contact to record the message again.",
            fields={field: ["No speech was heard in it."]},
        )
    context.hear(heard.text.strip())
    only = heard.languages[0] if len(heard.languages) == 1 else None
    return Transcript(heard.text.strip(), language_code(only) or code)


def speak(
    context: Context,
    text: str,
    *,
    voice: str | None = None,
    model: str | None = None,
    language: str | None = None,
    pace: float | None = None,
    provider: str | None = None,
) -> Spoken:
    """Speak a text of at most 4,096 characters, as an Ogg Opus or MP3 file."""
    known, other = None, None
    if language and language_code(language):
        known = language_name(language)
    elif language and not is_automatic(language):
        other = language_name(language)
    request = SpeechRequest(text, voice, known, model, pace, other)
    speech = speech_client(context, provider).speak(request)
    return Spoken(context.keep(speech.content, _extension(speech)), speech.spoken)


def speakable(text: str) -> str:
    """The part of a text that can be spoken at once, cut after a sentence or a word."""
    return beginning(text, MAX_SPOKEN_CHARACTERS)


def _extension(speech: Speech) -> str:
    """The extension for a recording, by its bytes or else by the provider's Content-Type."""
    found = sniff(speech.content)
    if found is not None:
        known = found.extension if found.is_audio else ""
    else:
        known = SOUNDS.get(speech.content_type, "") if speech.content else ""
    if known not in CONTENT_TYPES:
        raise InvalidResponse("the provider answered with something else than speech")
    return known


def _require_transcribable(recording: CallerMedia, field: str, heard: frozenset[str]) -> None:
    if recording.type.extension not in heard:
        problem = f"is {recording.type.mime}, which the provider cannot read"
        raise InvalidInput(
            f"{field} {problem}",
            fix="Send Ogg, MP3, M4A, MP4, WAV, WebM or FLAC; WhatsApp's voice notes are Ogg.",
            fields={field: [problem]},
        )
