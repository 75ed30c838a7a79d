"""Speech in and out: what a recording says, and text as a voice note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flowhook.errors import EmptyInput, InvalidInput, InvalidResponse
from flowhook.media.caller import CallerMedia, read_audio
from flowhook.media.store import CONTENT_TYPES
from flowhook.providers.media_type import sniff
from flowhook.providers.transport import HttpReply
from webhooks.fields import Text
from webhooks.media.languages import is_automatic, language_code, language_field, language_name
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
DEFAULT_VOICE = "alloy"  # every speech model has it
TRANSCRIBED = frozenset({"flac", "mp3", "mp4", "m4a", "ogg", "wav", "webm"})
SPOKEN_FORMAT = "opus"  # in Ogg, as WhatsApp's voice notes are
# What providers call speech, by Content-Type; bytes without a name are what was asked for.
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
SENTENCE_ENDS = ".!?।۔。！？\n"


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said, and the language's ISO code where the model or the caller told it."""

    text: str
    language: str | None


def speech_field(what: str) -> Text:
    return Text(
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
) -> Transcript:
    """Write down the recording a URL leads to; `language` helps the model where it is known."""
    client = context.openai()
    recording = read_audio(context.fetch, url, field)
    _require_transcribable(recording, field)
    form = {"model": model or client.account.transcription_model}
    code = language_code(language)
    if code:
        form["language"] = code
    answer = client.upload("/audio/transcriptions", form, recording.as_file("speech"))
    text = answer.get("text")
    if not isinstance(text, str):
        raise InvalidResponse("the provider answered without a transcript")
    if not text.strip():
        raise EmptyInput(
            f"{field} holds no words that could be understood",
            fix="Ask the contact to record the message again.",
            fields={field: ["No speech was heard in it."]},
        )
    return Transcript(text.strip(), code or _spoken(answer))


def speak(
    context: Context,
    text: str,
    *,
    voice: str | None = None,
    model: str | None = None,
    language: str | None = None,
) -> str:
    """Say a text of at most 4,096 characters; the URL of an Ogg Opus file, as voice notes are."""
    client = context.openai()
    body: dict[str, Any] = {
        "model": model or client.account.speech_model,
        "voice": voice or DEFAULT_VOICE,
        "input": text,
        "response_format": SPOKEN_FORMAT,
    }
    if language and not is_automatic(language):
        body["instructions"] = f"Speak in {language_name(language)}."
    reply = client.ask_bytes("/audio/speech", body, fit_speech)
    return context.keep(reply.body, _extension(reply))


def fit_speech(body: dict[str, Any]) -> dict[str, Any]:
    """The older models take no instructions."""
    if body["model"].startswith("tts-1"):
        return {name: value for name, value in body.items() if name != "instructions"}
    return body


def speakable(text: str) -> str:
    """As much of a text as is spoken at once, cut after a sentence or a word."""
    if len(text) <= MAX_SPOKEN_CHARACTERS:
        return text
    head = text[:MAX_SPOKEN_CHARACTERS]
    end = max(head.rfind(mark) for mark in SENTENCE_ENDS)
    if end < MAX_SPOKEN_CHARACTERS // 2:
        end = head.rfind(" ")
    return head[: end + 1].rstrip() if end > 0 else head


def _extension(reply: HttpReply) -> str:
    """Of the file a reply holds: as its bytes say, else as the provider calls them."""
    found = sniff(reply.body)
    if found is not None:
        known = found.extension if found.is_audio else ""
    else:
        declared = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        known = SOUNDS.get(declared, "") if reply.body else ""
    if known not in CONTENT_TYPES:
        raise InvalidResponse("the provider answered with something else than speech")
    return known


def _require_transcribable(recording: CallerMedia, field: str) -> None:
    if recording.type.extension not in TRANSCRIBED:
        problem = f"is {recording.type.mime}, which the provider cannot read"
        raise InvalidInput(
            f"{field} {problem}",
            fix="Send Ogg, MP3, M4A, MP4, WAV, WebM or FLAC; WhatsApp's voice notes are Ogg.",
            fields={field: [problem]},
        )


def _spoken(answer: dict[str, Any]) -> str | None:
    """The one language that the model says it heard."""
    told = answer.get("languages")
    codes = [entry.get("code") for entry in told or () if isinstance(entry, dict)]
    if not codes and isinstance(answer.get("language"), str):
        codes = [answer["language"]]
    return language_code(codes[0]) if len(codes) == 1 and isinstance(codes[0], str) else None
